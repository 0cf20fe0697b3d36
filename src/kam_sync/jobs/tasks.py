"""What the tasks of the queue do, and when they come again."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

import structlog
from procrastinate import App, JobContext
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import AbortReason

from kam_sync import flow, writing
from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.db import Session
from kam_sync.base.errors import Busy, NotHere, Stopped, TakenOver
from kam_sync.intake.model import RunState, SourceState
from kam_sync.intake.store import InboxStore, SourceStore, WriteStore
from kam_sync.jobs import queue
from kam_sync.jobs.model import Result, Step, subject_of
from kam_sync.jobs.outcome import Outcome, noted
from kam_sync.jobs.upkeep import keep_house
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.worker")


class Sync(Protocol):
    """Does what flow.sync does."""

    def __call__(
        self, services: Services, source_id: int, /, *, watch: flow.Watch, full: bool = False
    ) -> flow.SyncResult: ...


class Measure(Protocol):
    """Does what flow.measure does."""

    def __call__(self, services: Services, /) -> object: ...


class WriteBack(Protocol):
    """Does what writing.write does."""

    def __call__(self, services: Services, source_id: int, /) -> writing.WriteResult: ...


class Hear(Protocol):
    """Does what flow.hear does."""

    def __call__(
        self, services: Services, source_id: int, /, *, go_on: Callable[[], None]
    ) -> flow.HearingResult: ...


@dataclass(frozen=True, slots=True)
class Work:
    """What the tasks do."""

    sync: Sync = flow.sync
    measure: Measure = flow.measure
    write: WriteBack = writing.write
    hear: Hear = flow.hear


@dataclass(frozen=True, slots=True)
class Pull:
    """The sync that a job asks for."""

    source_id: int
    attempt: int
    full: bool

    @property
    def step(self) -> Step:
        """What it is on the timetable."""
        return Step.FULL if self.full else Step.SYNC

    def defer(self, session: Session, *, attempt: int, wait: timedelta = timedelta(0)) -> bool:
        """Queue it once more."""
        put = queue.defer_full if self.full else queue.defer_sync
        return put(session, self.source_id, attempt=attempt, wait=wait)


_CHANGES_GATHER = timedelta(minutes=1)
"""Webhooks come all day long; what they change is measured no more often than this."""
_RESULTS = {RunState.DONE: Result.DONE, RunState.LATER: Result.LATER}


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
        app.task(name=queue.READ, pass_context=True)(self.read_hooks)
        app.task(name=queue.RENEW)(self.renew_grants)
        app.task(name=queue.KEEP_HOUSE)(self.keep_house)

    def sync_source(
        self, context: JobContext, source_id: int, attempt: int = 0, *, full: bool = False
    ) -> None:
        """Sync a source; measure afterwards when something has changed."""
        if not self._is_wanted(source_id):
            _log.info("sync left out: the source is paused or gone", source_id=source_id)
            return
        steps = (Step.FULL, Step.SYNC) if full else (Step.SYNC,)
        try:
            with noted(self._services, [(step, source_id) for step in steps]) as outcome:
                self._sync(context, Pull(source_id, attempt, full), outcome)
        except TakenOver as error:
            raise JobAborted(str(error)) from error

    def _sync(self, context: JobContext, pull: Pull, outcome: Outcome) -> None:
        log = _log.bind(**asdict(pull), job_id=context.job.id)
        watch = partial(_go_on, context)
        try:
            result = self._work.sync(self._services, pull.source_id, watch=watch, full=pull.full)
        except TakenOver:
            raise
        except Busy as error:
            log.info("sync later", message=str(error))
            outcome.result, outcome.message = Result.LATER, str(error)
            self._again(pull.defer, pull.attempt)
        except Exception:
            log.exception("sync failed")
            self._broke(pull.defer, pull.step, pull.attempt, pull.source_id)
            raise
        else:
            outcome.result = _RESULTS.get(result.state, Result.FAILED)
            outcome.message = result.message
            self._worked(pull.step, pull.source_id)
            self._after_sync(pull, result)
            if result.state is RunState.STOPPED:
                self._hand_over(context, pull)

    def _hand_over(self, context: JobContext, pull: Pull) -> None:
        """End a sync that was stopped: another worker goes on, but not against a person's will."""
        if context.abort_reason() is AbortReason.SHUTDOWN:
            with self._services.database.transaction() as session:
                pull.defer(session, attempt=pull.attempt)
        raise JobAborted("stopped after its batch")

    def measure(self, context: JobContext, attempt: int = 0) -> None:
        """Steps 3 to 6 for all accounts."""
        try:
            with noted(self._services, [(Step.MEASURE, None)]):
                self._work.measure(self._services)
        except Busy as error:
            _log.info("measure later", message=str(error))
            self._again(queue.defer_measure, attempt)
        except Exception:
            _log.exception("measure failed", job_id=context.job.id, attempt=attempt)
            self._broke(queue.defer_measure, "measure", attempt)
            raise
        else:
            self._worked("measure")

    def write_crm(self, context: JobContext, source_id: int, attempt: int = 0) -> None:
        """Send what is to be written into a CRM; what is left over comes again after a sync."""
        log = _log.bind(source_id=source_id, job_id=context.job.id, attempt=attempt)
        if not self._is_wanted(source_id):
            log.info("writing left out: the source is paused or gone")
            return
        again = partial(queue.defer_write, source_id=source_id)
        try:
            result = self._work.write(self._services, source_id)
        except Busy as error:
            log.info("writing later", message=str(error))
            self._again(again, attempt)
        except Exception:
            log.exception("writing failed")
            self._broke(again, "write", attempt, source_id)
            raise
        else:
            self._worked("write", source_id)
            tell = log.info if result.state is RunState.DONE else log.warning
            tell("wrote", written=result.written, failed=result.failed, message=result.message)
            if result.state is RunState.LATER:
                self._again(again, attempt, at_least=result.wait)

    def read_hooks(self, context: JobContext, source_id: int, attempt: int = 0) -> None:
        """Read the webhooks of a source; those of one that is not active wait for it."""
        if self._state(source_id) is not SourceState.ACTIVE:
            _log.info("webhooks left unread: the source is not active", source_id=source_id)
            return
        again = partial(queue.defer_reading, source_id=source_id)
        try:
            result = self._work.hear(self._services, source_id, go_on=partial(_go_on, context))
        except Busy as error:
            _log.info("webhooks later", source_id=source_id, message=str(error))
            self._again(again, attempt)
        except Exception:
            _log.exception("webhooks not read", source_id=source_id, job_id=context.job.id)
            self._broke(again, "hooks", attempt, source_id)
            raise
        else:
            self._worked("hooks", source_id)
            self._after_hearing(context, again, attempt, result)

    def _after_hearing(
        self,
        context: JobContext,
        again: Callable[..., object],
        attempt: int,
        result: flow.HearingResult,
    ) -> None:
        if result.state is RunState.LATER:
            self._again(again, attempt, at_least=result.wait)
        if any(n.created or n.updated or n.deleted for n in result.nouns.values()):
            with self._services.database.transaction() as session:
                queue.defer_measure(session, wait=_CHANGES_GATHER)
        if result.state is RunState.STOPPED:
            if context.abort_reason() is AbortReason.SHUTDOWN:
                with self._services.database.transaction() as session:
                    again(session, attempt=attempt)
            raise JobAborted("stopped after its batch")

    def renew_grants(self) -> None:
        """Renew the grants that are due; the next hour comes again by itself."""
        with noted(self._services, [(Step.GRANTS, None)]):
            self._services.granting.renew_due()

    def keep_house(self) -> None:
        """Forget what is old."""
        with noted(self._services, [(Step.HOUSEKEEPING, None)]):
            keep_house(self._services)

    def _is_wanted(self, source_id: int) -> bool:
        return self._state(source_id) not in {None, SourceState.PAUSED}

    def _state(self, source_id: int) -> SourceState | None:
        with suppress(NotHere), self._services.database.transaction() as session:
            return SourceStore(session).by_id(source_id).state
        return None

    def _after_sync(self, pull: Pull, result: flow.SyncResult) -> None:
        if result.state is RunState.LATER:
            self._again(pull.defer, pull.attempt, at_least=result.wait)
        changed = any(n.created or n.updated or n.deleted for n in result.nouns.values())
        with self._services.database.transaction() as session:
            if changed:
                queue.defer_measure(session)
            if WriteStore(session, pull.source_id).has_unfinished():
                queue.defer_write(session, pull.source_id)
            if InboxStore(session).has_new(pull.source_id):  # came while it was not active
                queue.defer_reading(session, pull.source_id)

    def _again(
        self, defer: Callable[..., object], attempt: int, *, at_least: timedelta | None = None
    ) -> bool:
        """Queue another try; False when there were enough."""
        if attempt >= len(self._back_off):
            return False
        wait = max(self._back_off[attempt], at_least or timedelta(0))
        with self._services.database.transaction() as session:
            defer(session, attempt=attempt + 1, wait=wait)
        return True

    def _broke(
        self, defer: Callable[..., object], step: str, attempt: int, source_id: int | None = None
    ) -> None:
        """Try again what failed in a way nobody foresaw, and tell those who run us at the end."""
        if self._again(defer, attempt):
            return
        with self._services.database.transaction() as session:
            facts = {"step": step, "tries": attempt + 1}
            if source_id is not None:
                facts["source"] = SourceStore(session).by_id(source_id).name
            IncidentStore(session).open(
                IncidentKind.JOB_GIVEN_UP, subject_of(step, source_id), facts, self._services.now(),
                source_id=source_id,
            )  # fmt: skip

    def _worked(self, step: str, source_id: int | None = None) -> None:
        """End the incident about a step, if there is one."""
        with self._services.database.transaction() as session:
            IncidentStore(session).resolve(
                IncidentKind.JOB_GIVEN_UP, subject_of(step, source_id), self._services.now()
            )


def _go_on(context: JobContext, *_: object) -> None:
    if context.should_abort():
        raise Stopped("the worker is stopping, or a person asked for it")
