"""Words of alerting: alert, its state and changes; incident, a matter about our own work."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from kam_sync.alerts.life import TOLD, Life, Outcome, State, Turn
from kam_sync.base import fields
from kam_sync.drift.model import Kind, Severity
from kam_sync.kpi.definition import Grain


class ChangeKind(StrEnum):
    """What happened to an alert: the turns of its life, and what else is written down of it."""

    PENDED = Turn.PENDED.value
    OPENED = Turn.OPENED.value
    REMINDED = Turn.REMINDED.value
    WORSENED = Turn.WORSENED.value
    ACKNOWLEDGED = Turn.ACKNOWLEDGED.value
    SNOOZED = Turn.SNOOZED.value
    EXPECTED = Turn.EXPECTED.value
    WOKEN = Turn.WOKEN.value
    RECOVERING = Turn.RECOVERING.value
    RELAPSED = Turn.RELAPSED.value
    RESOLVED = Turn.RESOLVED.value
    REBASED = Turn.REBASED.value
    DROPPED = Turn.DROPPED.value
    REARMED = Turn.REARMED.value
    REFRESHED = "refreshed"
    """It has newer numbers."""
    COMMENTED = "commented"
    ASSIGNED = "assigned"
    UNCOVERED = "uncovered"
    """What covered it is over, and it is still bad."""
    JUDGED = "judged"
    """Somebody said afterwards what it had been."""
    ESCALATED = "escalated"
    """Nobody answered for so long that others were told."""


NEWS = frozenset({ChangeKind(turn.value) for turn in TOLD} | {ChangeKind.UNCOVERED})
"""What people are told of, but where it is quiet."""


class Facts(SQLModel):
    """The numbers behind an alert, in the unit of the KPI."""

    unit: str
    observed: float
    expected: float
    low: float
    high: float
    gap: float
    since: date
    on: date | None = None
    """The first day of the newest period that was judged."""
    grain: Grain = fields.choice(Grain, default=Grain.MONTH)
    confidence: float | None = None
    """Which share of steady values stands out less; None where that is not said."""


class Alert(Facts):
    """A matter about an account; its identity is (account, rule)."""

    id: UUID
    account_id: UUID
    rule: str
    kpi: str
    kind: Kind = fields.choice(Kind)
    severity: Severity = fields.choice(Severity, default=Severity.NORMAL)
    state: State = fields.choice(State)
    opened_at: datetime = fields.moment()
    changed_at: datetime = fields.moment()
    resolved_at: datetime | None = fields.moment(default=None)
    entered_at: datetime = fields.moment()
    """When it came to its state."""
    badness: float
    """How bad it was at the last look that could say, in widths of the usual band."""
    until: datetime | None = fields.moment(default=None)
    """When it comes back from where somebody put it."""
    aside_at: float | None = None
    """How bad it was when it was put aside or closed."""
    before: State = fields.choice(State, default=State.FIRING)
    """What it recovers from."""
    outcome: Outcome | None = fields.choice(Outcome, default=None)
    """What it turned out to be, as somebody said."""
    is_armed: bool = True
    """False: it was closed while it was bad, and opens no new one before it has cleared."""
    assignee: str = ""
    """Who looks after it, by name; empty for who is responsible for the account."""
    at_risk: Decimal | None = fields.exact(default=None)
    """How much money is in question: of a year, or of debt once; None where nobody can say."""
    at_risk_currency: str = ""
    rank: float = 0.0
    """The larger, the sooner it is looked at: see `ranking`."""
    inhibited_by: UUID | None = None
    """The alert that tells of it, too: see `causes`."""

    @property
    def life(self) -> Life:
        """Where it stands, for the machine."""
        return Life(
            self.state, self.entered_at, self.badness, self.until, self.aside_at, self.before,
            self.outcome, self.is_armed,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weight:
    """How much an alert matters beside the others, at the latest look."""

    at_risk: Decimal | None = None
    at_risk_currency: str = ""
    rank: float = 0.0
    inhibited_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """Who did something, and why; nobody where it came of itself."""

    by: str = ""
    note: str = ""


NO_WORD = Word()


class Change(SQLModel):
    """One event in the life of an alert, with the numbers of that moment."""

    id: int
    alert_id: UUID
    change: ChangeKind = fields.choice(ChangeKind)
    at: datetime = fields.moment()
    observed: float
    expected: float
    gap: float
    by: str = ""
    """Who did it; empty for what came of itself."""
    note: str = ""
    """Why, or what somebody wrote."""
    until: datetime | None = fields.moment(default=None)
    is_quiet: bool = False
    """Nobody is told: another alert tells of it."""


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
    ROWS_MISSING = "rows_missing"
    """Rows that came regularly for many accounts come no more."""
    QUIET_HOOKS = "quiet_hooks"
    """Webhooks are switched on, and yet changes come by polling alone."""
    PARTED = "parted"
    """What the CRM has and what we have differ, and repair did not help."""
    TARGET_PAUSED = "target_paused"
    """A receiver of our webhooks failed for a day and gets nothing more."""
    CHANNEL_DEAD = "channel_dead"
    """Nothing can be sent by a channel; what is to be told waits for it."""


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
