"""The task that pulls a source."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial

import structlog
from procrastinate import JobContext

from kam_sync import flow
from kam_sync.base.db import Session
from kam_sync.base.errors import Busy, TakenOver
from kam_sync.intake.model import RunState
from kam_sync.intake.store import InboxStore, WriteStore
from kam_sync.jobs import queue
from kam_sync.jobs.model import Result, Step
from kam_sync.jobs.outcome import Outcome, noted
from kam_sync.jobs.tasks.trying import Trying, go_on
from kam_sync.jobs.tasks.work import Sync
from kam_sync.jobs.waking import tell_soon
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.worker")


_RESULTS = {RunState.DONE: Result.DONE, RunState.LATER: Result.LATER}


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


class Pulling:
    """Pulls a source, and queues what is to follow."""

    def __init__(self, services: Services, do: Sync, trying: Trying) -> None:
        self._services = services
        self._do = do
        self._trying = trying

    def sync_source(
        self, context: JobContext, source_id: int, attempt: int = 0, *, full: bool = False
    ) -> None:
        """Sync a source; measure afterwards when something has changed."""
        if not self._trying.is_wanted(source_id):
            _log.info("sync left out: the source is paused or gone", source_id=source_id)
            return
        steps = (Step.FULL, Step.SYNC) if full else (Step.SYNC,)
        with noted(self._services, [(step, source_id) for step in steps]) as outcome:
            self._sync(context, Pull(source_id, attempt, full), outcome)

    def _sync(self, context: JobContext, pull: Pull, outcome: Outcome) -> None:
        log = _log.bind(**asdict(pull), job_id=context.job.id)
        watch = partial(go_on, context)
        try:
            result = self._do(self._services, pull.source_id, watch=watch, full=pull.full)
        except TakenOver:
            raise
        except Busy as error:
            log.info("sync later", message=str(error))
            outcome.result, outcome.message = Result.LATER, str(error)
            self._trying.again(pull.defer, pull.attempt)
        except Exception:
            log.exception("sync failed")
            self._trying.broke(pull.defer, pull.step, pull.attempt, pull.source_id)
            raise
        else:
            outcome.result = _RESULTS.get(result.state, Result.FAILED)
            outcome.message = result.message
            self._trying.worked(pull.step, pull.source_id)
            self._after_sync(pull, result)
            if result.state is RunState.STOPPED:
                self._trying.hand_over(context, pull.defer, pull.attempt)

    def _after_sync(self, pull: Pull, result: flow.SyncResult) -> None:
        if result.state is RunState.LATER:
            self._trying.again(pull.defer, pull.attempt, at_least=result.wait)
        changed = any(n.created or n.updated or n.deleted for n in result.nouns.values())
        with self._services.database.transaction() as session:
            if changed:
                queue.defer_measure(session)
                tell_soon(session)
            if WriteStore(session, pull.source_id).has_unfinished():
                queue.defer_write(session, pull.source_id)
            if InboxStore(session).has_new(pull.source_id):  # came while it was not active
                queue.defer_reading(session, pull.source_id)
