"""Keeps the house: forgets what is old."""

from datetime import timedelta

from kam_sync.access.store import EventStore as AccessEventStore
from kam_sync.access.store import LoginStore, TryStore
from kam_sync.intake.inbox import HookState
from kam_sync.intake.store import (
    AnnouncedStore,
    AskedStore,
    ConsentStore,
    GivenStore,
    InboxStore,
    RunStore,
    TurnStore,
)
from kam_sync.jobs.queue import defer_removal
from kam_sync.jobs.store import OriginStore, TickStore
from kam_sync.ledger.store import LedgerStore
from kam_sync.notify.store import DeliveryStore, SendStore
from kam_sync.wiring import Services

_KEEP_JOBS = timedelta(days=7)
_KEEP_ORIGINS = timedelta(days=8)
_KEEP_TICKS = timedelta(days=14)
_KEEP_GIVEN = timedelta(days=7)
_KEEP_READ_HOOKS = timedelta(days=7)
_KEEP_HOOKS = timedelta(days=30)
_KEEP_ASKED = timedelta(days=1)
_KEEP_ANNOUNCED = timedelta(days=2)
_KEEP_POLLED = timedelta(days=7)
_KEEP_EVENTS = timedelta(days=30)
_KEEP_SENDS = timedelta(days=90)
_KEEP_RUNS = timedelta(days=90)
_KEEP_CHECKS = timedelta(days=400)
_KEEP_PARTED = timedelta(days=30)
_KEEP_ACCESS = timedelta(days=365)


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
        inbox = InboxStore(session)
        inbox.forget_before(now - _KEEP_READ_HOOKS, {HookState.READ})
        inbox.forget_before(now - _KEEP_HOOKS, set(HookState) - {HookState.NEW})
        DeliveryStore(session).forget_before(now - _KEEP_EVENTS)
        SendStore(session).forget_before(now - _KEEP_SENDS)
        LoginStore.forget_before(session, now)
        TryStore.forget_before(session, now)
        AccessEventStore.forget_before(session, now - _KEEP_ACCESS)
        OriginStore(session).forget_before(now - _KEEP_ORIGINS)
        defer_removal(session, keep=_KEEP_JOBS)
