"""What the tasks of the queue do, and when they come again."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Protocol

import structlog
from procrastinate import App, JobContext
from procrastinate.exceptions import JobAborted

from kam_sync import flow, writing
from kam_sync.base.db import Session
from kam_sync.base.errors import Busy, NotHere
from kam_sync.intake.model import RunState, SourceState
from kam_sync.intake.store import SourceStore, WriteStore
from kam_sync.jobs import queue
from kam_sync.jobs.store import TickStore
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.worker")


class Sync(Protocol):
    """Does what flow.sync does."""

    def __call__(
        self, services: Services, source_id: int, /, *, watch: flow.Watch
    ) -> flow.SyncResult: ...


class Measure(Protocol):
    """Does what flow.measure does."""

    def __call__(self, services: Services, /) -> object: ...


class WriteBack(Protocol):
    """Does what writing.write does."""

    def __call__(self, services: Services, source_id: int, /) -> writing.WriteResult: ...


@dataclass(frozen=True, slots=True)
class Work:
    """What the tasks do."""

    sync: Sync = flow.sync
    measure: Measure = flow.measure
    write: WriteBack = writing.write


class Tasks:
    """The tasks of the queue.

    A task that must come again queues its own successor. The queue's own retry would put the same
    row back, which fails for ever when a job with that queueing lock has begun to wait meanwhile.
    """

    def __init__(self, services: Services, work: Work, back_off: Sequence[timedelta]) -> None:
        self._services = services
        self._work = work
        self._back_off = back_off

    def register(self, app: App) -> None:
        """Make them known to the queue under their names."""
        app.task(name=queue.SYNC, pass_context=True)(self.sync_source)
        app.task(name=queue.MEASURE, pass_context=True)(self.measure)
        app.task(name=queue.WRITE, pass_context=True)(self.write_crm)
        app.task(name=queue.RENEW)(self.renew_grants)

    def sync_source(self, context: JobContext, source_id: int, attempt: int = 0) -> None:
        """Sync a source; measure afterwards when that is due."""
        log = _log.bind(source_id=source_id, job_id=context.job.id, attempt=attempt)

        def watch(*_: object) -> None:
            if context.should_abort():
                raise JobAborted("the worker is stopping")

        if not self._is_wanted(source_id):
            log.info("sync left out: the source is paused or gone")
            return
        try:
            result = self._work.sync(self._services, source_id, watch=watch)
        except JobAborted:
            log.info("sync interrupted, another worker goes on")
            with self._services.database.transaction() as session:
                queue.defer_sync(session, source_id, attempt=attempt)
            raise
        except Busy as error:
            log.info("sync later", message=str(error))
            self._again_sync(source_id, attempt)
        except Exception:
            log.exception("sync failed")
            self._again_sync(source_id, attempt)
            raise
        else:
            self._after_sync(source_id, attempt, result)

    def measure(self, context: JobContext, attempt: int = 0) -> None:
        """Steps 3 to 6 for all accounts."""
        try:
            self._work.measure(self._services)
        except Exception:
            _log.exception("measure failed", job_id=context.job.id, attempt=attempt)
            if attempt < len(self._back_off):
                wait = self._back_off[attempt]
                with self._services.database.transaction() as session:
                    queue.defer_measure(session, attempt=attempt + 1, wait=wait)
            raise

    def write_crm(self, context: JobContext, source_id: int, attempt: int = 0) -> None:
        """Send what is to be written into a CRM; what is left over comes again after a sync."""
        log = _log.bind(source_id=source_id, job_id=context.job.id, attempt=attempt)
        if not self._is_wanted(source_id):
            log.info("writing left out: the source is paused or gone")
            return
        try:
            result = self._work.write(self._services, source_id)
        except Busy as error:
            log.info("writing later", message=str(error))
            self._again_write(source_id, attempt)
        except Exception:
            log.exception("writing failed")
            self._again_write(source_id, attempt)
            raise
        else:
            tell = log.info if result.state is RunState.DONE else log.warning
            tell("wrote", written=result.written, failed=result.failed, message=result.message)
            if result.state is RunState.LATER:
                self._again_write(source_id, attempt, at_least=result.wait)

    def renew_grants(self) -> None:
        """Renew the grants that are due; the next hour comes again by itself."""
        self._services.granting.renew_due()

    def _is_wanted(self, source_id: int) -> bool:
        with suppress(NotHere), self._services.database.transaction() as session:
            return SourceStore(session).by_id(source_id).state is not SourceState.PAUSED
        return False

    def _after_sync(self, source_id: int, attempt: int, result: flow.SyncResult) -> None:
        if result.state is RunState.LATER:
            self._again_sync(source_id, attempt, at_least=result.wait)
        changed = any(n.created or n.updated or n.deleted for n in result.nouns.values())
        with self._services.database.transaction() as session:
            # The hour is claimed even after a change, so that one hour is not measured twice.
            if self._claim_hour(session) or changed:
                queue.defer_measure(session)
            if WriteStore(session, source_id).has_unfinished():
                queue.defer_write(session, source_id)

    def _again_sync(
        self, source_id: int, attempt: int, *, at_least: timedelta | None = None
    ) -> None:
        if attempt < len(self._back_off):
            with self._services.database.transaction() as session:
                wait = max(self._back_off[attempt], at_least or timedelta(0))
                queue.defer_sync(session, source_id, attempt=attempt + 1, wait=wait)

    def _again_write(
        self, source_id: int, attempt: int, *, at_least: timedelta | None = None
    ) -> None:
        if attempt < len(self._back_off):
            with self._services.database.transaction() as session:
                wait = max(self._back_off[attempt], at_least or timedelta(0))
                queue.defer_write(session, source_id, attempt=attempt + 1, wait=wait)

    def _claim_hour(self, session: Session) -> bool:
        hour = self._services.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return TickStore(session).claim(queue.MEASURE, hour)
