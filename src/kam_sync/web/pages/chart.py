"""One KPI of one account, laid out as a card and a trend line."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from kam_sync.drift.model import Finding, Kind, by_kpi
from kam_sync.kpi.definition import Grain, Kpi
from kam_sync.kpi.model import Point
from kam_sync.kpi.periods import shift
from kam_sync.kpi.registry import KPIS
from kam_sync.web.pages.sparkline import Sparkline, sparkline
from kam_sync.wording import drifts

_TREND_MONTHS = 13
_FIRST = (
    "won_revenue", "health_score", "net_sales", "open_pipeline", "receivables", "overdue_share",
    "days_since_last_activity", "days_since_last_won", "win_rate", "gross_margin_percent",
    "order_frequency", "nps", "average_won_deal", "plan_run_rate", "dso",
)  # fmt: skip
"""What people ask first of an account."""


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
    def whole(self) -> Point | None:
        """The value of the latest month that is over."""
        return next((point for point in reversed(self.points) if not point.is_partial), None)

    @property
    def usual(self) -> float | None:
        """The usual value, where it is about the latest month that is over."""
        level, whole = self._level, self.whole
        is_now = level is not None and whole is not None and level.on == whole.on
        return self.expected if is_now else None

    @property
    def year_ago(self) -> Point | None:
        """The same month of the year before."""
        if self.whole is None:
            return None
        then = shift(self.whole.on, -12)
        return next((point for point in self.points if point.on == then), None)

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


def telling(cards: Sequence[Measured], alerting: Collection[str], most: int) -> list[Measured]:
    """The cards that say most: what an alert is about, what is off, then what people ask first.

    What has no value now, as the share of a debt that is paid, says least.
    """
    now = max((card.newest.on for card in cards), default=date.min)

    def place(card: Measured) -> tuple[bool, bool, bool, int]:
        key, is_off = card.kpi.key, card.finding is not None and drifts.is_bad(card.finding)
        rank = _FIRST.index(key) if key in _FIRST else len(_FIRST)
        is_idle = card.newest.on < shift(now, -1) or not any(
            point.value for point in card.points[-_TREND_MONTHS:]
        )
        return card.key not in alerting, not is_off, is_idle or _is_lesser(card, cards), rank

    chosen = sorted(cards, key=place)[:most]
    return [card for card in cards if card in chosen]


def _is_lesser(card: Measured, cards: Sequence[Measured]) -> bool:
    """Whether the same KPI has more months with a value in another currency."""

    def lived(one: Measured) -> int:
        return sum(bool(point.value) for point in one.points)

    return any(one.kpi is card.kpi and lived(one) > lived(card) for one in cards)


def _order(key: tuple[str, str]) -> tuple[int, str]:
    kpi, unit = key
    return (list(KPIS).index(kpi) if kpi in KPIS else len(KPIS), unit)
