"""Words of alerting: alert, its state, and the changes that make up its history."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import SQLModel

from kam_sync.base import fields
from kam_sync.drift.model import Kind


class AlertState(StrEnum):
    """Whether an alert is open."""

    OPEN = "open"
    RESOLVED = "resolved"


class ChangeKind(StrEnum):
    """What happened to an alert."""

    OPENED = "opened"
    REFRESHED = "refreshed"
    RESOLVED = "resolved"


class Facts(SQLModel):
    """The numbers behind an alert, in the unit of the KPI."""

    unit: str
    observed: float
    expected: float
    low: float
    high: float
    gap: float
    since: date


class Alert(Facts):
    """An open matter about an account; its identity is (account, KPI, kind of drift)."""

    id: UUID
    account_id: UUID
    kpi: str
    kind: Kind = fields.choice(Kind)
    state: AlertState = fields.choice(AlertState)
    opened_at: datetime = fields.moment()
    changed_at: datetime = fields.moment()
    resolved_at: datetime | None = fields.moment(default=None)


class Change(SQLModel):
    """One event in the life of an alert, with the numbers of that moment."""

    id: int
    alert_id: UUID
    change: ChangeKind = fields.choice(ChangeKind)
    at: datetime = fields.moment()
    observed: float
    expected: float
    gap: float
