"""One KPI of one account, laid out as a card, a trend line and a chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from kam_sync.drift.model import Finding, Kind, by_kpi
from kam_sync.kpi.definition import Grain, Kpi, Measure
from kam_sync.kpi.model import Point
from kam_sync.kpi.registry import KPIS
from kam_sync.web.pages.sparkline import Sparkline, sparkline
from kam_sync.web.wording import sentences
from kam_sync.web.wording.language import Language
from kam_sync.wording import drifts

_TREND_MONTHS = 13


@dataclass(frozen=True, slots=True)
class Measured:
    """A KPI in one unit: its months, oldest first, and what the detector says."""

    kpi: Kpi
    unit: str
    points: Sequence[Point]
    finding: Finding | None

    @property
    def key(self) -> str:
        """What stands in the address of the page that shows its chart."""
        return f"{self.kpi.key}.{self.unit}"

    @property
    def newest(self) -> Point:
        """The value of the latest month."""
        return self.points[-1]

    @property
    def band(self) -> tuple[float, float] | None:
        """The usual range."""
        return None if self._level is None else drifts.band(self._level)

    @property
    def expected(self) -> float | None:
        """The usual value."""
        return None if self._level is None else self._level.expected

    @property
    def _level(self) -> Finding | None:
        """What the detector says of its months; a silence is counted in other days."""
        one = self.finding
        is_level = one is not None and one.kind is Kind.LEVEL and one.grain is Grain.MONTH
        return self.finding if is_level else None

    @property
    def trend(self) -> Sparkline:
        """The latest whole months, with the usual range."""
        whole = [float(point.value) for point in self.points if not point.is_partial]
        return sparkline(whole[-_TREND_MONTHS:], self.band)


def measured(points: Sequence[Point], findings: Sequence[Finding]) -> list[Measured]:
    """All KPIs of an account in the order in which people see them."""
    found = by_kpi(findings)
    groups = {key: list(of_key) for key, of_key in groupby(points, key=lambda p: (p.kpi, p.unit))}
    return [
        Measured(KPIS[kpi], unit, groups[kpi, unit], found.get((kpi, unit)))
        for kpi, unit in sorted(groups, key=_order)
        if kpi in KPIS
    ]


def unmeasured(cards: Sequence[Measured]) -> list[Kpi]:
    """The KPIs that have no value."""
    there = {card.kpi.key for card in cards}
    return [kpi for kpi in KPIS.values() if kpi.key not in there]


def chart_data(language: Language, shown: Measured) -> dict[str, Any]:
    """What the chart draws, for the script of the page."""
    kpi, unit, band = shown.kpi.key, shown.unit, shown.band
    return {
        "months": [language.short_month(point.on) for point in shown.points],
        "values": [float(point.value) for point in shown.points],
        "texts": [
            f"{language.month(point.on)}: "
            f"{sentences.full_value(language, kpi, point.value, unit)}"
            + (f" ({language.gettext('month not over yet')})" if point.is_partial else "")
            for point in shown.points
        ],
        "partial": shown.newest.is_partial,
        "band": band and {"low": band[0], "high": band[1]},
        "expected": shown.expected,
        "locale": language.locale.value,
        "currency": unit if shown.kpi.measure is Measure.MONEY else None,
    }


def _order(key: tuple[str, str]) -> tuple[int, str]:
    kpi, unit = key
    return (list(KPIS).index(kpi) if kpi in KPIS else len(KPIS), unit)
