"""Words of drift: baseline, verdict, finding."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import SQLModel

from kam_sync.base import fields


class Kind(StrEnum):
    """The kinds of drift."""

    LEVEL = "level"
    """Months are another than they were."""
    SILENCE = "silence"
    """Nothing was ordered for longer than the client's own rhythm lets expect."""


class Verdict(StrEnum):
    """What the detector says."""

    DRIFT = "drift"
    STEADY = "steady"
    UNCLEAR = "unclear"


class Why(StrEnum):
    """The reason for a verdict."""

    OUTSIDE_BAND = "outside_band"
    INSIDE_BAND = "inside_band"
    TOO_LITTLE_HISTORY = "too_little_history"
    STALE = "stale"
    DATA_SUSPECT = "data_suspect"
    """Not all is here that the newest month is computed from."""


class Judgement(SQLModel):
    """The answer of a detector, with its reason in numbers (in the unit of the KPI)."""

    kind: Kind = fields.choice(Kind, default=Kind.LEVEL)
    verdict: Verdict = fields.choice(Verdict)
    why: Why = fields.choice(Why)
    gap: float | None = None
    """How far the observed value lies from the expected one, in widths of the band; signed."""
    observed: float | None = None
    """The mean of the latest whole months."""
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    """The band that is usual."""
    since: date | None = None
    """The first month of the drift."""


class Finding(Judgement):
    """A judgement about one KPI of one account."""

    account_id: UUID
    kpi: str
    unit: str
    changed_at: datetime = fields.moment()
