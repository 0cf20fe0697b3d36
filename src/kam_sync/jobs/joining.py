"""What a person says of accounts, people, parents and sources: done at once, followed soon."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from kam_sync.accounts import believing
from kam_sync.accounts.store import ZoneStore
from kam_sync.base.db import Session
from kam_sync.jobs import queue
from kam_sync.jobs.waking import tell_soon
from kam_sync.matching.deciding import Deciding
from kam_sync.matching.parenting import Parenting
from kam_sync.matching.people_deciding import DecidingPeople
from kam_sync.matching.step import LOCK
from kam_sync.wiring import Services

_PATIENCE = timedelta(seconds=20)
"""Matching is mostly a matter of seconds; a first load of all companies takes longer."""


@contextmanager
def accounts(services: Services, *, by: str) -> Iterator[Deciding]:
    """Takes decisions about accounts.

    Raises:
        Busy: companies are being matched, and it takes long.
    """
    with while_nobody_matches(services) as session:
        yield Deciding(session, by, services.now())


@contextmanager
def people(services: Services, *, by: str) -> Iterator[DecidingPeople]:
    """Takes decisions about people, which no KPI hangs on; Busy as `accounts`."""
    database = services.database
    with database.alone(LOCK, wait=_PATIENCE), database.transaction() as session:
        yield DecidingPeople(session, by, services.now())


@contextmanager
def parents(services: Services, *, by: str) -> Iterator[Parenting]:
    """Takes what is said of the parents of accounts; Busy as `accounts`."""
    with while_nobody_matches(services) as session:
        yield Parenting(session, by, services.now())


def believe(services: Services, wanted: Mapping[str, Sequence[int]], *, by: str) -> list[str]:
    """Set the sources that are believed of fields; returns the fields for which that is new.

    It is kept at once, and followed with the next matching.

    Raises:
        WrongUse: there is no such field, or a source is named twice.
        Busy: as `accounts`.
    """
    database = services.database
    with database.alone(LOCK, wait=_PATIENCE), database.transaction() as session:
        changed = believing.choose(session, wanted, by=by, now=services.now())
        if changed:
            queue.defer_measure(session)
        return changed


def live_in(services: Services, account_id: UUID, zone: str | None, *, by: str) -> None:
    """Say in which time zone an account lives, or that it is the house's; measured soon after.

    Raises:
        NotHere: there is no such account.
        WrongUse: there is no such zone, or the account was merged into another.
    """
    with services.database.transaction() as session:
        ZoneStore(session).place(account_id, zone, by=by, now=services.now())
        queue.defer_measure(session)


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
