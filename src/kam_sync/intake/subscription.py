"""Words of subscriptions: how the CRM was asked to call us about a source, and what came of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import SQLModel

from connectors import ErrorKind
from kam_sync.base import fields
from kam_sync.intake.quiet import Why

_A_DAY = timedelta(days=1)
_OFTEN = 3


class HooksState(StrEnum):
    """How the webhooks of a source stand."""

    UNKNOWN = "unknown"
    """The CRM was not asked yet."""
    ACTIVE = "active"
    OFF = "off"
    """A person wants none."""
    NO_ADDRESS = "no_address"
    """We have no address that the CRM could reach."""
    REFUSED = "refused"
    """The CRM sends us none; the kind of error says why."""


class Subscription(SQLModel):
    """How the CRM was asked to call us about a source."""

    source_id: int
    state: HooksState = fields.choice(HooksState, default=HooksState.UNKNOWN)
    since: datetime = fields.moment()
    """Since when it stands so."""
    asked_at: datetime | None = fields.moment(default=None)
    """When we last looked; None when it is to be done at once."""
    message: str = ""
    error_kind: ErrorKind = fields.choice(ErrorKind, default=ErrorKind.OTHER)
    sealed_address: str = ""
    """The address that the CRM calls, or may call: it holds the key."""
    sealed_leftovers: list[str] = fields.listing(default_factory=list)
    """Addresses of ours that the CRM may still call, and shall not."""
    mended_at: list[str] = fields.listing(default_factory=list)
    """When the CRM had switched it off, within the last day."""
    announced_at: datetime | None = fields.moment(default=None)
    """When the last webhook that named a record came."""
    counted_from: datetime | None = fields.moment(default=None)
    """Since when it is counted what polling finds and no webhook tells; None: since it began."""
    lost: int = 0
    changes: int = 0
    """Of so many records that changed within a day polling alone found so many."""
    quiet_why: Why | None = fields.choice(Why, default=None)
    quiet_since: datetime | None = fields.moment(default=None)
    """Since when webhooks are quiet; it was subscribed to anew when that was noticed."""


def switched_off_lately(mended_at: Sequence[str], now: datetime) -> list[str]:
    """Those of the moments that are within the last day."""
    return [moment for moment in mended_at if datetime.fromisoformat(moment) > now - _A_DAY]


def is_often(mended_at: Sequence[str]) -> bool:
    """Whether it was switched off so often in a day that a person should look why."""
    return len(mended_at) > _OFTEN
