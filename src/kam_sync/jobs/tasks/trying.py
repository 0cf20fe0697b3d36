"""How tasks of the queue are tried again, and who is told when all tries were in vain."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from procrastinate import JobContext
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import AbortReason

from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere, Stopped, TakenOver
from kam_sync.intake.model import SourceState
from kam_sync.intake.store import SourceStore
from kam_sync.jobs.model import subject_of
from kam_sync.wiring import Services

Defer = Callable[..., object]
"""Queues a task once more, given a session and by name `attempt` and `wait`."""


class Trying:
    """What all tasks have in common.

    A task that must come again queues its own successor. The queue's own retry would put the same
    row back, which fails for ever when a job with that queueing lock has begun to wait meanwhile.
    """

    def __init__(self, services: Services, back_off: Sequence[timedelta]) -> None:
        self._services = services
        self._back_off = back_off

    def state(self, source_id: int) -> SourceState | None:
        """The state of a source; None when it is gone."""
        with suppress(NotHere), self._services.database.transaction() as session:
            return SourceStore(session).by_id(source_id).state
        return None

    def is_wanted(self, source_id: int) -> bool:
        """Whether the source is there, not paused and not on its way out."""
        return self.state(source_id) not in {None, SourceState.PAUSED, SourceState.REMOVING}

    def again(self, defer: Defer, attempt: int, *, at_least: timedelta | None = None) -> bool:
        """Queue another try; False when there were enough."""
        if attempt >= len(self._back_off):
            return False
        wait = max(self._back_off[attempt], at_least or timedelta(0))
        with self._services.database.transaction() as session:
            defer(session, attempt=attempt + 1, wait=wait)
        return True

    def broke(self, defer: Defer, step: str, attempt: int, source_id: int | None = None) -> bool:
        """Try again what failed in a way nobody foresaw, and tell those who run us at the end.

        False when there were enough tries.
        """
        if self.again(defer, attempt):
            return True
        with self._services.database.transaction() as session:
            open_given_up(session, step, source_id, attempt + 1, self._services.now())
        return False

    def worked(self, step: str, source_id: int | None = None) -> None:
        """End the incident about a step, if there is one."""
        with self._services.database.transaction() as session:
            IncidentStore(session).resolve(
                IncidentKind.JOB_GIVEN_UP, subject_of(step, source_id), self._services.now()
            )

    def hand_over(self, context: JobContext, defer: Defer, attempt: int) -> None:
        """End a task that was stopped: another worker goes on, but not against a person's will."""
        if context.abort_reason() is AbortReason.SHUTDOWN:
            with self._services.database.transaction() as session:
                defer(session, attempt=attempt)
        raise JobAborted("stopped after its batch")


@contextmanager
def left_to_successor() -> Iterator[None]:
    """End a task that was taken over: its successor does the work, and queues what follows."""
    try:
        yield
    except TakenOver as error:
        raise JobAborted(str(error)) from error


def open_given_up(
    session: Session, step: str, source_id: int | None, tries: int, now: datetime
) -> None:
    """Open the incident about work that is not tried again; not about a source that is gone."""
    facts: dict[str, object] = {"step": step, "tries": tries}
    if source_id is not None:
        try:
            facts["source"] = SourceStore(session).by_id(source_id).name
        except NotHere:
            return
    IncidentStore(session).open(
        IncidentKind.JOB_GIVEN_UP, subject_of(step, source_id), facts, now, source_id=source_id
    )


def go_on(context: JobContext, *_: object) -> None:
    """Raise Stopped when the task is to end."""
    if context.should_abort():
        raise Stopped("the worker is stopping, or a person asked for it")
