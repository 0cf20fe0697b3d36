"""Judges whether webhooks come as they should, where they are subscribed to; see intake.quiet."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from connectors import Noun, SubscribesHooks
from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.command import command
from kam_sync.base.db import Session
from kam_sync.intake.model import Source
from kam_sync.intake.quiet import Quiet, Seen, is_over, judge
from kam_sync.intake.store import AnnouncedStore, InboxStore, SubscriptionStore
from kam_sync.intake.subscription import Subscription
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.subscribing")


@dataclass(frozen=True, slots=True)
class _Tally:
    """What was seen, and when the last webhook came."""

    seen: Seen
    last_at: datetime | None
    until: datetime
    nouns: frozenset[Noun]


def listen(
    services: Services,
    source: Source,
    kept: Subscription,
    connector: SubscribesHooks,
    url: str,
) -> None:
    """Judge by what came; subscribe anew once before people are told, and tell when it is over."""
    now = services.now()
    with services.database.transaction() as session:
        tally = _tally(session, kept, connector, now)
        SubscriptionStore(session).note(
            source.id, announced_at=tally.last_at, lost=tally.seen.lost, changes=tally.seen.changes
        )
        if kept.quiet_why is not None and is_over(kept.quiet_why, tally.seen):
            end_quiet(session, source.id, now)
            return
    found = judge(tally.seen)
    if found is None:
        return
    is_new = kept.quiet_why is None
    if is_new:
        _log.warning("webhooks are quiet: subscribed anew", source=source.name, why=found.why.value)
        connector.unsubscribe(url)
        connector.subscribe(url)
    since = found.since if kept.quiet_since is None else min(kept.quiet_since, found.since)
    with services.database.transaction() as session:
        store = SubscriptionStore(session)
        store.note(source.id, quiet_why=found.why, quiet_since=since)
        if is_new:
            store.note(source.id, counted_from=now)
        else:
            _tell(session, source, Quiet(found.why, since), tally, now)


def end_quiet(session: Session, source_id: int, now: datetime) -> None:
    """Webhooks come as they should, or nobody expects them: begin to count anew."""
    IncidentStore(session).resolve(IncidentKind.QUIET_HOOKS, f"source:{source_id}", now)
    SubscriptionStore(session).note(
        source_id, quiet_why=None, quiet_since=None, counted_from=now, lost=0, changes=0
    )


def _tally(
    session: Session, kept: Subscription, connector: SubscribesHooks, now: datetime
) -> _Tally:
    """What was lost and announced; nothing is lost while webhooks of its time are unread."""
    store, within = AnnouncedStore(session, kept.source_id), connector.hooks_come_within
    store.settle(within)
    unread = InboxStore(session).oldest_unread_at(kept.source_id)
    until = min(now, unread or now) - within
    known = [at for at in (kept.announced_at, store.last_at()) if at is not None]
    last_at = max(known, default=None)
    since = kept.counted_from or kept.since
    seen = store.seen(connector.hook_nouns, since=since, until=until, last_at=last_at, now=now)
    return _Tally(seen, last_at, until, connector.hook_nouns)


def _tell(session: Session, source: Source, quiet: Quiet, tally: _Tally, now: datetime) -> None:
    """Open the incident, or give it its newest numbers: of all that came since it began."""
    whole = AnnouncedStore(session, source.id).since(quiet.since, tally.nouns, until=tally.until)
    facts = {
        "source": source.name,
        "quiet": quiet.why.value,
        "since": quiet.since.isoformat(),
        "lost": whole.lost,
        "of": whole.changes,
        "command": command(f"hooks status {source.name}"),
    }
    IncidentStore(session).open(
        IncidentKind.QUIET_HOOKS, f"source:{source.id}", facts, now, source_id=source.id
    )
