"""What a health score is made of: the points that each measure earns, and what pulls it down.

The score itself is computed by the SQL of the KPI; this says the same of one account in parts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from kam_sync.kpi.definition import Grain, Kpi, Weighted
from kam_sync.kpi.model import Point
from kam_sync.kpi.periods import later


class Band(StrEnum):
    """How good a score is: 0-50, 51-75, 76-100."""

    POOR = "poor"
    FAIR = "fair"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Part:
    """A measure of the score, and what it earned."""

    kpi: str
    weight: Decimal
    value: Decimal
    earned: Decimal
    """0 to 100."""

    @property
    def is_poor(self) -> bool:
        """Whether it earned so little that an account of such a score would be poor."""
        return band(self.earned) is Band.POOR

    @property
    def missed(self) -> Decimal:
        """How much it pulls the score down, before that is divided by all the weight."""
        return self.weight * (100 - self.earned)


def band(score: Decimal | float) -> Band:
    """How good a score is, by its whole points."""
    whole = round(score)
    return Band.POOR if whole <= 50 else Band.FAIR if whole <= 75 else Band.GOOD


def earned(measure: Weighted, value: Decimal) -> Decimal:
    """The points of a value: on a line from poor to good, at least 0 and at most 100."""
    way = (value - measure.poor) / (measure.good - measure.poor)
    return 100 * max(Decimal(0), min(Decimal(1), way))


def parts(measures: Iterable[Weighted], values: Mapping[str, Decimal]) -> list[Part]:
    """What each measure that has a value earns; what pulls the score down most comes first."""
    found = [
        Part(one.kpi, one.weight, values[one.kpi], earned(one, values[one.kpi]))
        for one in measures
        if one.kpi in values
    ]
    return sorted(found, key=lambda part: -part.missed)


def score(measures: Iterable[Weighted], values: Mapping[str, Decimal]) -> Decimal | None:
    """0 to 100, or None where less than half of the weight has a value."""
    measures = list(measures)
    known = parts(measures, values)
    weight = sum((part.weight for part in known), Decimal(0))
    if 2 * weight < sum(one.weight for one in measures) or not weight:
        return None
    return sum((part.weight * part.earned for part in known), Decimal(0)) / weight


@dataclass(frozen=True, slots=True)
class Health:
    """The newest score of an account, and what it is made of."""

    on: date
    is_partial: bool
    score: Decimal
    parts: tuple[Part, ...]
    """What pulls it down most comes first."""
    missing: tuple[str, ...]
    """The measures that the account has no value of; they take no part."""

    @property
    def band(self) -> Band:
        """How good it is."""
        return band(self.score)


def newest(kpi: Kpi, points: Sequence[Point]) -> Health | None:
    """The newest score among the points of an account and its measures, or None without one."""
    scored = [point for point in points if point.kpi == kpi.key]
    if not scored:
        return None
    point = max(scored, key=lambda one: one.on)
    months = [later(point.on, Grain.MONTH, -1), point.on] if point.is_partial else [point.on]
    sure = [one for one in points if not (point.is_partial and one.doubts)]
    values = {one.kpi: one.value for on in months for one in sure if one.on == on}
    missing = tuple(one.kpi for one in kpi.weighted if one.kpi not in values)
    found = tuple(parts(kpi.weighted, values))
    return Health(point.on, point.is_partial, point.value, found, missing)
