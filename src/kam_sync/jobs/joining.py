"""What a person decides of accounts, and of people: it is done at once, and measured soon after."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from kam_sync.base.db import Session
from kam_sync.jobs import queue
from kam_sync.jobs.waking import tell_soon
from kam_sync.matching.deciding import Deciding
from kam_sync.matching.grouping import Company
from kam_sync.matching.people_deciding import DecidingPeople
from kam_sync.matching.step import LOCK
from kam_sync.wiring import Services

_PATIENCE = timedelta(seconds=20)
"""Matching is mostly a matter of seconds; a first load of all companies takes longer."""


def merge(services: Services, one: UUID, other: UUID, *, by: str, note: str = "") -> int:
    """Two accounts are one; returns the id of the decision.

    Raises:
        NotHere, WrongUse: as Deciding says.
        Busy: companies are being matched, and it takes long.
    """
    with _deciding(services, by) as deciding:
        return deciding.merge(one, other, note)


def keep_apart(services: Services, one: Company, other: Company, *, by: str, note: str = "") -> int:
    """Two companies are two, and nobody is asked again; as `merge`."""
    with _deciding(services, by) as deciding:
        return deciding.keep_apart((one, other), note)


def split(
    services: Services, account: UUID, companies: Collection[Company], *, by: str, note: str = ""
) -> int:
    """Some companies of an account are another customer; as `merge`."""
    with _deciding(services, by) as deciding:
        return min(deciding.split(account, companies, note))


def undo(services: Services, decision_id: int, *, by: str) -> None:
    """Take a decision back, with all that was said at once; as `merge`."""
    with _deciding(services, by) as deciding:
        deciding.undo(decision_id)


@contextmanager
def _deciding(services: Services, by: str) -> Iterator[Deciding]:
    with while_nobody_matches(services) as session:
        yield Deciding(session, by, services.now())


@contextmanager
def people(services: Services, *, by: str) -> Iterator[DecidingPeople]:
    """Takes decisions about people, which no KPI hangs on; Busy as `merge`."""
    database = services.database
    with database.alone(LOCK, wait=_PATIENCE), database.transaction() as session:
        yield DecidingPeople(session, by, services.now())


@contextmanager
def while_nobody_matches(services: Services) -> Iterator[Session]:
    """A transaction in which accounts may be made anew; they are measured and told soon after.

    Busy when companies are being matched, and it takes long.
    """
    database = services.database
    with database.alone(LOCK, wait=_PATIENCE), database.transaction() as session:
        yield session
        queue.defer_measure(session)
        tell_soon(session)
