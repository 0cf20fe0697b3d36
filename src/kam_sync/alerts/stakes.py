"""How much money of an account is at risk in a matter; what the KPI is decides how it counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from kam_sync.drift.model import Kind
from kam_sync.kpi.definition import Good, Grain, Kpi, Measure, Stake

_A_YEAR = {Grain.DAY: 365, Grain.WEEK: 52, Grain.MONTH: 12, Grain.QUARTER: 4}
_ONCE = frozenset({Kind.PLAN, Kind.SCISSORS})
"""What is missing, or too much, is so once, and not each month."""
_NO_MONEY = frozenset({Kind.STEP, Kind.MISSING})
_DAYS = 365
_CENT = Decimal("0.01")
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Year:
    """What came in the latest twelve whole months, and in the twelve before."""

    latest: Decimal = _ZERO
    before: Decimal = _ZERO

    @property
    def most(self) -> Decimal:
        """More than the better of the two, and its growth once more, no year will bring."""
        return max(self.latest, self.before) + max(self.latest - self.before, _ZERO)


Years = Mapping[str, Year]
"""By currency."""


@dataclass(frozen=True, slots=True)
class Purse:
    """What an account brings."""

    revenue: Years = field(default_factory=dict)
    own: Years = field(default_factory=dict)
    """The same of the KPI itself, where it is money that adds up."""


@dataclass(frozen=True, slots=True)
class Risk:
    """An amount of money in question."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What an alert says, as far as it is needed here."""

    observed: float
    expected: float
    unit: str
    kind: Kind
    badness: float
    grain: Grain = Grain.MONTH


@dataclass(frozen=True, slots=True)
class _Growing:
    """The share of the revenue that is taken to be in question."""

    step: Decimal
    """For each width beyond the first."""
    most: Decimal
    least: Decimal = Decimal("0.1")

    def at(self, badness: float) -> Decimal:
        beyond = Decimal(str(round(max(badness - 1, 0), 4)))
        return min(max(self.step * beyond, self.least), self.most)


_USUAL = _Growing(Decimal("0.1"), Decimal("0.5"))
_SILENT = _Growing(Decimal("0.2"), Decimal(1))
"""Who orders nothing any more may be lost altogether."""
_LIMITED = _Growing(Decimal("0.5"), Decimal("0.5"))
"""Past a limit by half of it is a quarter."""


def at_risk(matter: Matter, kpi: Kpi, purse: Purse) -> Risk | None:
    """The money at risk: what a year will miss, or what stands out; None where nobody can say."""
    if matter.kind in _ONCE and kpi.measure is Measure.MONEY:
        between = Decimal(str(abs(matter.expected - matter.observed)))
        return _risk(between, matter.unit)
    stake = _stake(matter.kind, kpi)
    missing = _missing(matter, kpi.good)
    match stake:
        case Stake.FLOW:
            own = purse.own.get(matter.unit)
            year = missing * _A_YEAR[matter.grain]
            return _risk(year if own is None else min(year, own.most), matter.unit)
        case Stake.BALANCE:
            return _risk(missing, matter.unit)
        case Stake.NONE:
            return None
        case _:
            share = _share(stake, matter, missing)
    if share is None or not purse.revenue:
        return None
    currency = max(purse.revenue, key=lambda code: (purse.revenue[code].latest, code))
    return _risk(share * purse.revenue[currency].latest, currency)


def _stake(kind: Kind, kpi: Kpi) -> Stake:
    if kind in _NO_MONEY | _ONCE:
        return Stake.NONE
    return Stake.SHARE if kind is Kind.SILENCE else kpi.at_stake


def is_yearly(kpi: Kpi, kind: Kind) -> bool:
    """Whether the money at risk is that of a year, and not what stands out once."""
    if kind in _ONCE:
        return False
    return kind is Kind.SILENCE or kpi.at_stake not in {Stake.BALANCE, Stake.DELAY}


def _missing(matter: Matter, good: Good) -> Decimal:
    """How much worse than expected it is, in the unit of the KPI."""
    fall = matter.expected - matter.observed
    return max(Decimal(str(fall if good is Good.UP else -fall)), _ZERO)


def _share(stake: Stake, matter: Matter, missing: Decimal) -> Decimal | None:
    """Which share of a year's revenue is in question."""
    match stake:
        case Stake.PART:
            usual = Decimal(str(matter.expected))
            return min(missing / usual, Decimal(1)) if usual > 0 else None
        case Stake.MARGIN:
            return min(missing / 100, Decimal(1))
        case Stake.DELAY:
            return missing / _DAYS
        case _:
            growing = {Kind.SILENCE: _SILENT, Kind.LIMIT: _LIMITED}.get(matter.kind, _USUAL)
            return growing.at(matter.badness)


def _risk(amount: Decimal, currency: str) -> Risk:
    return Risk(max(amount, _ZERO).quantize(_CENT, ROUND_HALF_UP), currency)
