"""Queues what nobody asks for by a click: news to look for, messages to integrators and people."""

from kam_sync import announcing, telling
from kam_sync.base.db import Session
from kam_sync.jobs.queue import defer_announcing, defer_delivery, defer_telling
from kam_sync.notify.store import DeliveryStore, SendStore, TargetStore
from kam_sync.wiring import Services


def tell_soon(session: Session) -> None:
    """Queue the search for news, where somebody is told of any."""
    if TargetStore(session).all():
        defer_announcing(session)


def wake(services: Services) -> None:
    """Queue the search for news where something has changed, and the sending of what is due."""
    telling.catch_up(services)
    telling.escalate(services)
    is_behind = announcing.is_behind(services)
    with services.database.transaction() as session:
        if is_behind:
            defer_announcing(session)
        for target_id in DeliveryStore(session).due_targets(services.now()):
            defer_delivery(session, target_id)
        for channel_id in SendStore(session).due_channels(services.now()):
            defer_telling(session, channel_id)
