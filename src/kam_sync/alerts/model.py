"""Words of alerting: alert, its state and changes; incident, a matter about our own work."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
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


class IncidentKind(StrEnum):
    """What is wrong with our own work."""

    OVERDUE = "overdue"
    """A schedule has not succeeded for too long."""
    JOB_GIVEN_UP = "job_given_up"
    """A job failed in a way nobody foresaw, as often as we try."""
    SOURCE_STOPPED = "source_stopped"
    """A source is not pulled any more until a person has done something."""
    HOOKS_OFF = "hooks_off"
    """The CRM sends no webhooks any more, and we could not mend it."""
    QUIET_HOOKS = "quiet_hooks"
    """Webhooks are switched on, and yet changes come by polling alone."""
    PARTED = "parted"
    """What the CRM has and what we have differ, and repair did not help."""
    TARGET_PAUSED = "target_paused"
    """A receiver of our webhooks failed for a day and gets nothing more."""


class Incident(SQLModel):
    """An open matter about our own work; its identity is (kind, subject)."""

    id: int
    kind: IncidentKind = fields.choice(IncidentKind)
    subject: str
    """What it is about, for programs: "source:3", "source:3/sync", "target:7"."""
    source_id: int | None = None
    facts: dict[str, Any] = fields.mapping(default_factory=dict)
    """Numbers and names that its sentence is made of; never secrets or personal data."""
    opened_at: datetime = fields.moment()
    seen_at: datetime = fields.moment()
    """When it was last seen to be so."""
    resolved_at: datetime | None = fields.moment(default=None)
