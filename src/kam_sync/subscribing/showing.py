"""How the webhooks of a source stand, for people."""

from dataclasses import dataclass
from datetime import datetime

from connectors import ErrorKind
from kam_sync.base.db import Session
from kam_sync.intake.model import HouseOptions, Source
from kam_sync.intake.reach import Reach
from kam_sync.intake.store import InboxStore, SourceStore, SubscriptionStore
from kam_sync.intake.subscription import HooksState
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


def look(services: Services, session: Session, source: Source) -> Shown | None:
    """How the webhooks of a source stand; None when its CRM cannot be asked to call us."""
    if not can_subscribe(source.kind):
        return None
    kept = SubscriptionStore(session).of(source.id)
    options = SourceStore(session).access(source.id).options
    return Shown(
        source=source.name,
        state=HooksState.UNKNOWN if kept is None else kept.state,
        is_wanted=HouseOptions.among(options).webhooks,
        reach=reached(services, source),
        since=None if kept is None else kept.since,
        asked_at=None if kept is None else kept.asked_at,
        received_at=InboxStore(session).last_received_at(source.id),
        message="" if kept is None else kept.message,
        error_kind=ErrorKind.OTHER if kept is None else kept.error_kind,
    )
