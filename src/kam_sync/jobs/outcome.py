"""Writes down how the work of a schedule goes: that it began, and how it ended."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from procrastinate.exceptions import JobAborted

from kam_sync.jobs.model import Key, Result
from kam_sync.jobs.store import ScheduleStore
from kam_sync.wiring import Services


@dataclass(slots=True)
class Outcome:
    """How it ended; None when it came to nothing and says nothing."""

    result: Result | None = Result.DONE
    message: str = ""


@contextmanager
def noted(services: Services, keys: Sequence[Key]) -> Iterator[Outcome]:
    """Note the beginning and the end of what is done in the block; its errors are failures."""
    outcome = Outcome(Result.FAILED, "ended before its time; see the log")
    with services.database.transaction() as session:
        ScheduleStore(session).begin(keys, services.now())
    try:
        yield outcome
    except JobAborted:
        outcome.result = None
        raise
    finally:
        with services.database.transaction() as session:
            ScheduleStore(session).end(keys, outcome.result, outcome.message, services.now())
