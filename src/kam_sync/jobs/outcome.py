"""Writes down how the work of a schedule goes: that it began, and how it ended."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from procrastinate.exceptions import JobAborted

from kam_sync.base.errors import Busy, TakenOver
from kam_sync.jobs.model import Key, Result
from kam_sync.jobs.store import ScheduleStore
from kam_sync.wiring import Services

_UNEXPECTED = "ended before its time; see the log"


@dataclass(slots=True)
class Outcome:
    """How it ended; None when it came to nothing and says nothing."""

    result: Result | None = Result.DONE
    message: str = ""


@contextmanager
def noted(services: Services, keys: Sequence[Key]) -> Iterator[Outcome]:
    """Note the beginning and the end of what is done in the block; its errors are failures."""
    outcome = Outcome()
    with services.database.transaction() as session:
        ScheduleStore(session).begin(keys, services.now())
    try:
        yield outcome
    except TakenOver:  # what is noted from now on is its successor's
        raise
    except BaseException as error:
        _judge(outcome, error)
        _end(services, keys, outcome)
        raise
    else:
        _end(services, keys, outcome)


def _judge(outcome: Outcome, error: BaseException) -> None:
    match error:
        case JobAborted():
            outcome.result = None
        case Busy():
            outcome.result, outcome.message = Result.LATER, str(error)
        case _:
            outcome.result, outcome.message = Result.FAILED, _UNEXPECTED


def _end(services: Services, keys: Sequence[Key], outcome: Outcome) -> None:
    with services.database.transaction() as session:
        ScheduleStore(session).end(keys, outcome.result, outcome.message, services.now())
