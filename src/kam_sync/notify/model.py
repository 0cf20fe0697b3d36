"""Words of telling: notification and its message; target, event and delivery for integrators."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from kam_sync.alerts.model import ChangeKind
from kam_sync.base import fields
from kam_sync.base.errors import WrongUse


class Notification(SQLModel):
    """That a change of an alert was told on a channel; there is never a second one."""

    change_id: int
    channel: str
    told_at: datetime = fields.moment()


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is given to tell."""

    change: ChangeKind
    alert_id: UUID
    account: str
    kpi: str
    unit: str
    observed: float
    expected: float
    since: str


class EventType(StrEnum):
    """What integrators are told of; docs/webhooks.md says of each what it means."""

    ACCOUNT_CREATED = "account.created"
    ACCOUNT_UPDATED = "account.updated"
    ACCOUNT_DELETED = "account.deleted"
    DEAL_CREATED = "deal.created"
    DEAL_UPDATED = "deal.updated"
    DEAL_WON = "deal.won"
    DEAL_LOST = "deal.lost"
    DEAL_DELETED = "deal.deleted"
    ALERT_OPENED = "alert.opened"
    ALERT_REFRESHED = "alert.refreshed"
    ALERT_RESOLVED = "alert.resolved"
    ALERT_REMINDED = "alert.reminded"
    ALERT_CHANGED = "alert.changed"
    PING = "ping"
    """Sent by hand to try a target, whatever it has chosen."""


class Wrong(StrEnum):
    """What is wrong with a target that somebody asks for."""

    NAME = "name"
    NAME_TAKEN = "name_taken"
    EVENTS = "events"
    NOT_LATIN = "not_latin"
    NO_ADDRESS = "no_address"
    HAS_LOGIN = "has_login"
    NO_HOST = "no_host"
    NOT_PUBLIC = "not_public"
    NOT_HTTPS = "not_https"


class WrongTarget(WrongUse):
    """A target cannot be made or changed like that."""

    def __init__(self, message: str, why: Wrong) -> None:
        super().__init__(message)
        self.why = why


class TargetState(StrEnum):
    """Whether a target is sent to."""

    ACTIVE = "active"
    PAUSED = "paused"
    """A person paused it."""
    STOPPED = "stopped"
    """It took nothing for a day, or said that it wants nothing more."""


class Target(SQLModel):
    """Where webhooks go, and how it goes; its secrets are kept apart."""

    id: int
    name: str
    url: str
    events: list[str] = fields.texts()
    """Patterns of types: "deal.*", "alert.opened", "*"."""
    state: TargetState = fields.choice(TargetState, default=TargetState.ACTIVE)
    made_at: datetime = fields.moment()
    delivered: int = 0
    """How many tries were answered well, since it was made."""
    refused: int = 0
    """How many tries were not."""
    failures: int = 0
    """How many in a row, to now."""
    failing_since: datetime | None = fields.moment(default=None)
    """The first of these."""
    rests_until: datetime | None = fields.moment(default=None)
    """Nothing is sent before."""
    last_success_at: datetime | None = fields.moment(default=None)
    last_status: int | None = None
    last_error: str = ""
    former_until: datetime | None = fields.moment(default=None)
    """Until when the secret before this one signs beside it."""


class DeliveryState(StrEnum):
    """What became of a message to a target."""

    WAITING = "waiting"
    """It is due now or later."""
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    """Tried for a day while the target took others; a person may replay it."""


DELIVERY_ID = r"^(msg_[0-9a-f]{32}|[1-9][0-9]{0,17})$"
"""Of a message, as receivers know it, or the number of a delivery."""


class Delivery(SQLModel):
    """One event on its way to one target."""

    id: int
    event_id: int
    target_id: int
    state: DeliveryState = fields.choice(DeliveryState, default=DeliveryState.WAITING)
    made_at: datetime = fields.moment()
    due_at: datetime = fields.moment()
    attempts: int = 0
    first_tried_at: datetime | None = fields.moment(default=None)
    tried_at: datetime | None = fields.moment(default=None)
    replayed_at: datetime | None = fields.moment(default=None)
    status: int | None = None
    """What the target last answered."""
    error: str = ""
    """Why the last try failed, in words."""


@dataclass(frozen=True, slots=True)
class News:
    """Something to be told."""

    type: EventType
    data: dict[str, Any]
    source_id: int | None = None
    """It goes when this source does."""
    account_id: UUID | None = None
    """It goes when this account does."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A delivery with what it tells of."""

    delivery: Delivery
    type: EventType
    message_id: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that is to be sent now."""

    delivery: Delivery
    message_id: str
    body: str
    url: str
    sealed_secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a target."""

    count: int = 0
    oldest_at: datetime | None = None
    """When the oldest of it was made."""
    next_at: datetime | None = None
    """When the next of it is due, as far as that is said."""


@dataclass(frozen=True, slots=True)
class Known:
    """An account or a deal as it was last looked at."""

    digest: bytes
    """Of what we would send, without the times of changes."""
    outcome: str = ""
    """Of a deal: open, won or lost."""
    is_gone: bool = False
