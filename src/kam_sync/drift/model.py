"""Words of drift: kind, verdict, finding."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import SQLModel

from kam_sync.base import fields
from kam_sync.kpi.definition import Grain

LEAST_POINTS = 8
"""With fewer values nothing is said of a level."""


class Kind(StrEnum):
    """The kinds of drift."""

    LEVEL = "level"
    """Its values are others than they were."""
    SILENCE = "silence"
    """Nothing was ordered for longer than the client's own rhythm lets expect."""
    LIMIT = "limit"
    """It is past a limit that somebody set."""
    STEP = "step"
    """It is near something that is worth a word: a chance, and no danger."""
    PLAN = "plan"
    """At the pace so far a plan will be missed."""
    SCISSORS = "scissors"
    """It runs away from another KPI, while a third gets worse."""
    MISSING = "missing"
    """What it is computed from comes no more, while that of others does."""


class Severity(StrEnum):
    """How grave a matter is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Verdict(StrEnum):
    """What the detector says."""

    DRIFT = "drift"
    EASED = "eased"
    """Not far enough to be a drift, and not as usual either."""
    STEADY = "steady"
    UNCLEAR = "unclear"


class Why(StrEnum):
    """The reason for a verdict."""

    OUTSIDE_BAND = "outside_band"
    INSIDE_BAND = "inside_band"
    TOO_LITTLE_HISTORY = "too_little_history"
    STALE = "stale"
    DATA_SUSPECT = "data_suspect"
    """Not all is here that the newest value is computed from."""
    ANOMALY = "anomaly"
    """It lies far off, but alone: one value is no drift."""
    TOO_SMALL = "too_small"
    """It has moved, by less than the rule minds."""
    NOW_USUAL = "now_usual"
    """It has stayed where it went for so long that this is the usual now."""


class Judgement(SQLModel):
    """The answer of a detector, with its reason in numbers (in the unit of the KPI)."""

    kind: Kind = fields.choice(Kind, default=Kind.LEVEL)
    verdict: Verdict = fields.choice(Verdict)
    why: Why = fields.choice(Why)
    gap: float | None = None
    """How far it is from what is expected, signed: in sigmas of a value for levels, as a multiple
    of the limit for limits, in standard deviations for silence."""
    observed: float | None = None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    """The band that is usual: nineteen of twenty steady values lie within."""
    since: date | None = None
    """The first day of the drift's first period."""
    on: date | None = None
    """The first day of the period that was judged."""
    grain: Grain = fields.choice(Grain, default=Grain.MONTH)
    confidence: float | None = None
    """Which share of steady values stands out less; 0 to 1."""


class Finding(Judgement):
    """A judgement about one KPI of one account by one rule."""

    account_id: UUID
    rule: str
    kpi: str
    unit: str
    changed_at: datetime = fields.moment()


def by_kpi(findings: Iterable[Finding]) -> dict[tuple[str, str], Finding]:
    """Of each KPI and unit what its own rule has found, or else another one."""
    ordered = sorted(findings, key=lambda one: (one.rule == one.kpi, one.kind is Kind.LEVEL))
    return {(one.kpi, one.unit): one for one in ordered}
