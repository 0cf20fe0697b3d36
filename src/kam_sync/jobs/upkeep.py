"""Keeps the house: forgets what is old."""

from datetime import timedelta

import structlog

from kam_sync import erasing
from kam_sync.access.store import EventStore as AccessEventStore
from kam_sync.access.store import LoginStore, TryStore
from kam_sync.base.errors import KamSyncError
from kam_sync.forgetting import forget
from kam_sync.intake.store import (
    AnnouncedStore,
    AskedStore,
    ConsentStore,
    GivenStore,
    RunStore,
    TurnStore,
)
from kam_sync.jobs.queue import defer_removal
from kam_sync.jobs.store import OriginStore, TickStore
from kam_sync.ledger.store import LedgerStore
from kam_sync.privacy.model import How
from kam_sync.wiring import Services

_KEEP_JOBS = timedelta(days=7)
_KEEP_ORIGINS = timedelta(days=8)
_KEEP_TICKS = timedelta(days=14)
_KEEP_GIVEN = timedelta(days=7)
_KEEP_ASKED = timedelta(days=1)
_KEEP_ANNOUNCED = timedelta(days=2)
_KEEP_POLLED = timedelta(days=7)
_KEEP_RUNS = timedelta(days=90)
_KEEP_CHECKS = timedelta(days=400)
_KEEP_PARTED = timedelta(days=30)
_KEEP_ACCESS = timedelta(days=365)
_log = structlog.get_logger()


def keep_house(services: Services) -> None:
    """Forget what is old, and queue the deletion of old jobs."""
    now = services.now()
    with services.database.transaction() as session:
        TickStore(session).forget_before(now, keep=_KEEP_TICKS)
        RunStore(session).forget_before(now - _KEEP_RUNS)
        ConsentStore(session).forget_before(now - _KEEP_TICKS)
        GivenStore.forget_before(session, now - _KEEP_GIVEN)
        TurnStore(session).forget_before(now - _KEEP_RUNS)
        AskedStore.forget_before(session, now - _KEEP_ASKED)
        AnnouncedStore.forget_before(
            session,
            announced=now - _KEEP_ANNOUNCED,
            polled=now - _KEEP_POLLED,
        )
        LedgerStore.forget_before(session, checks=now - _KEEP_CHECKS, records=now - _KEEP_PARTED)
        LoginStore.forget_before(session, now)
        TryStore.forget_before(session, now)
        AccessEventStore.forget_before(session, now - _KEEP_ACCESS)
        OriginStore(session).forget_before(now - _KEEP_ORIGINS)
        defer_removal(session, keep=_KEEP_JOBS)
    forget(services)
    _erase_again(services)


def _erase_again(services: Services) -> None:
    """Erase anew who came back with a backup that is older than the erasure."""
    try:
        erasing.erase_again(services, by="kam_sync", how=How.JOB)
    except KamSyncError as error:
        _log.warning("erased people could not be looked for", why=str(error))
