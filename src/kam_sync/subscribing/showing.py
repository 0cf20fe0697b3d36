"""How the webhooks of a source stand, for people."""

from dataclasses import dataclass
from datetime import datetime

from connectors import ErrorKind
from kam_sync.base.db import Session
from kam_sync.intake.model import HouseOptions, Source
from kam_sync.intake.quiet import Why
from kam_sync.intake.reach import Reach
from kam_sync.intake.store import InboxStore, SourceStore, SubscriptionStore
from kam_sync.intake.subscription import HooksState, Subscription
from kam_sync.subscribing.address import reached
from kam_sync.wiring import Services, can_subscribe


@dataclass(frozen=True, slots=True)
class Shown:
    """What people are shown of the webhooks of a source."""

    source: str
    state: HooksState
    is_wanted: bool
    reach: Reach
    since: datetime | None
    asked_at: datetime | None
    received_at: datetime | None
    """When the newest webhook came, of those that are kept."""
    message: str
    error_kind: ErrorKind
    changes: int
    """How many records changed within a day, as far as is judged."""
    unannounced: int
    """How many of them polling alone found."""
    quiet: Why | None
    """In which way webhooks are quiet."""
    quiet_since: datetime | None

    @property
    def unannounced_share(self) -> float | None:
        """The share of changes that no webhook told; None when nothing has changed."""
        return round(self.unannounced / self.changes, 4) if self.changes else None


def look(services: Services, session: Session, source: Source) -> Shown | None:
    """How the webhooks of a source stand; None when its CRM cannot be asked to call us."""
    if not can_subscribe(source.kind):
        return None
    kept = SubscriptionStore(session).of(source.id)
    options = SourceStore(session).access(source.id).options
    if kept is None:
        kept = Subscription(source_id=source.id, since=source.created_at)
    return Shown(
        source=source.name,
        state=kept.state,
        is_wanted=HouseOptions.among(options).webhooks,
        reach=reached(services, source),
        since=None if kept.state is HooksState.UNKNOWN else kept.since,
        asked_at=kept.asked_at,
        received_at=InboxStore(session).last_received_at(source.id) or kept.announced_at,
        message=kept.message,
        error_kind=kept.error_kind,
        changes=kept.changes,
        unannounced=kept.lost,
        quiet=kept.quiet_why,
        quiet_since=kept.quiet_since,
    )
