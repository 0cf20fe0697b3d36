"""A rule: what is watched, of whom, and how strictly; what makes one is said in its file."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kam_sync.drift.model import Kind, Severity
from kam_sync.kpi.definition import KEY, Good, Grain, Texts

_LIMITED = (Kind.LIMIT, Kind.STEP)
_HUNDRED = 100
SILENT = "days_since_last_won"
"""The KPI that is judged by each client's own rhythm, and not by months."""
REPORTED = {
    "sell_out": "sell_out", "implied_channel_stock": "sell_out", "sell_in": "shipment",
    "receivables": "receivable",
}  # fmt: skip
"""The KPIs of which missing rows are seen, and what the rows are."""
JUDGED = (Grain.DAY, Grain.WEEK, Grain.MONTH)
"""The periods whose levels can be judged."""


Number = Annotated[Decimal, Field(ge=-(10**15), le=10**15)]


class Sensitivity(StrEnum):
    """How soon a change of level is said; measured in docs/drift.md."""

    CALM = "calm"
    """A third of the false alarms, and less is seen."""
    NORMAL = "normal"
    KEEN = "keen"
    """Twice the false alarms, and more is seen."""


class Direction(StrEnum):
    """To which side a KPI has to move for an alert."""

    BAD = "bad"
    """To the side that is bad for us, as the KPI says."""
    DOWN = "down"
    UP = "up"
    BOTH = "both"


class Rule(BaseModel):
    """What opens alerts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(pattern=KEY)
    title: Texts
    """How people call it."""
    advice: Texts | None = None
    """What to do about it: one action."""
    kind: Kind = Kind.LEVEL
    kpi: str = Field(pattern=KEY)
    against: str | None = Field(default=None, pattern=KEY)
    """Of scissors: the KPI that it runs away from."""
    meanwhile: str | None = Field(default=None, pattern=KEY)
    """Of scissors: the KPI that has to get worse at the same time."""
    grain: Grain = Grain.MONTH
    direction: Direction = Direction.BAD
    sensitivity: Sensitivity = Sensitivity.NORMAL
    above: Number | None = None
    """Of limits: more than this is too much."""
    below: Number | None = None
    """Of limits: less than this is too little. Of plans: percent of the target."""
    at_least: Number | None = Field(default=None, ge=0)
    """Smaller changes than this, in the unit of the KPI, open nothing."""
    at_least_percent: Number = Field(default=Decimal(5), ge=0)
    """Of levels: changes by a smaller part of what is expected open nothing."""
    owners: tuple[str, ...] = ()
    """The accounts of these responsible users alone, by name; empty: all."""
    accounts: tuple[str, ...] = ()
    """These accounts alone, by id; empty: all."""
    severity: Severity = Severity.NORMAL
    is_on: bool = True

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        limits = [one for one in (self.above, self.below) if one is not None]
        if self.kind in _LIMITED and len(limits) != 1:
            raise ValueError(f"kind {self.kind}: say either above or below")
        if self.kind is Kind.PLAN and (self.below is None or not 0 < self.below <= _HUNDRED):
            raise ValueError("kind plan: below, in percent of the target, is needed")
        if limits and self.kind not in {*_LIMITED, Kind.PLAN}:
            raise ValueError(f"kind {self.kind}: above and below belong to limit, step and plan")
        if (self.kind is Kind.SCISSORS) != bool(self.against and self.meanwhile):
            raise ValueError("against and meanwhile belong to the kind scissors, which needs both")
        return self

    @model_validator(mode="after")
    def _fits_its_kpi(self) -> Self:
        if self.kind is Kind.SILENCE and self.kpi != SILENT:
            raise ValueError(f"kind silence: kpi has to be {SILENT}")
        if self.kind is Kind.MISSING and self.kpi not in REPORTED:
            raise ValueError(f"kind missing: kpi has to be one of {', '.join(REPORTED)}")
        if self.grain not in JUDGED:
            raise ValueError("grain: day, week or month")
        if self.kind is not Kind.LEVEL and self.grain is not Grain.MONTH:
            raise ValueError("grain: day and week belong to the kind level")
        return self

    @property
    def reads(self) -> tuple[str, ...]:
        """The KPIs that it looks at."""
        return tuple(key for key in (self.kpi, self.against, self.meanwhile) if key)

    def badness(self, gap: float, good: Good) -> float:
        """How far a gap goes to the side that this rule watches; below 0 is the other side."""
        if self.kind in _LIMITED:
            return abs(gap)  # on its side of the limit, or in the words of the limit nowhere
        match self.direction:
            case Direction.BOTH:
                return abs(gap)
            case Direction.UP:
                return gap
            case Direction.DOWN:
                return -gap
            case Direction.BAD:
                return -gap if good is Good.UP else gap
