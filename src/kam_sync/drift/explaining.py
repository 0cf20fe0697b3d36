"""Says why a KPI of an account has moved: reads values, restatements and rows, and splits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from kam_sync.accounts.store import ZoneStore
from kam_sync.base.clock import start_of_day
from kam_sync.base.db import Session
from kam_sync.drift import driving, moving
from kam_sync.drift.moved import Against, Changed, Driver, Moved, Part, Terms, Unsaid
from kam_sync.drift.shares import rounded, settle
from kam_sync.drift.spans import base_of, last_whole, later_of
from kam_sync.kpi.model import Point, Restatement
from kam_sync.kpi.periods import shift
from kam_sync.kpi.splits import Split
from kam_sync.kpi.store import ROWS, KpiStore, SplitStore

_A_DAY = timedelta(days=1)
"""Within it a month that has ended is measured, and what was restated before has been so."""
_MADE_OF = {
    "account_profit_rate": ("account_profit", "net_sales", 100),
    "dso": ("receivables", "", 90),
}
"""Ratios of other KPIs: above the line, below it, and times what; what is below is reckoned back
from the value where it is no KPI itself."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which months are asked about, and compared with which."""

    first: date | None = None
    last: date | None = None
    against: Against = Against.BEFORE
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """A change in one unit, before it is rounded: the months of both spans that have a value."""

    account_id: UUID
    kpi: str
    unit: str
    zone: ZoneInfo
    later: Mapping[date, Decimal]
    base: Mapping[date, Decimal]

    @property
    def months(self) -> list[date]:
        return [*self.base, *self.later]

    @property
    def was(self) -> Fraction:
        return moving.mean(self.base, list(self.base))

    @property
    def change(self) -> Fraction:
        return moving.mean(self.later, list(self.later)) - self.was


class Explaining:
    """Explains changes of the KPIs of accounts, each in the account's own days."""

    def __init__(self, session: Session, house: ZoneInfo, currency: str = "") -> None:
        self._session = session
        self._house = house
        self._currency = currency

    def zone(self, account_id: UUID) -> ZoneInfo:
        """The time zone that an account is measured in."""
        return ZoneStore(self._session).zone(account_id, self._house)

    def of(
        self,
        account_id: UUID,
        kpi: str,
        later: Sequence[date],
        base: Sequence[date],
        unit: str | None = None,
    ) -> list[Moved] | Unsaid:
        """Why a KPI is not what it was, in one of its units or in each; or why that is not said."""
        zone, points = self.zone(account_id), self._points(account_id, kpi, [*base, *later])
        points = [point for point in points if unit in {None, point.unit}]
        cases = []
        for one in sorted({point.unit for point in points}):
            known = {point.on: point.value for point in points if point.unit == one}
            spans = ({m: known[m] for m in span if m in known} for span in (later, base))
            cases.append(_Case(account_id, kpi, one, zone, *spans))
        if not any(case.later for case in cases):
            return Unsaid.NO_VALUES
        told = [self._moved(case) for case in cases if case.later and case.base]
        return told or Unsaid.NO_BASE

    def asked(
        self, account_id: UUID, kpi: str, now: datetime, asked: Asked
    ) -> list[Moved] | Unsaid:
        """The same of the months that somebody asks about. Raises WrongUse."""
        newest = last_whole(now, self.zone(account_id))
        later = later_of(asked.first, asked.last, newest)
        return self.of(account_id, kpi, later, base_of(later, asked.against), asked.unit)

    def _points(self, account_id: UUID, kpi: str, months: Sequence[date]) -> list[Point]:
        found = KpiStore(self._session).points(account_id, kpi, first=min(months), last=max(months))
        return [point for point in found if point.on in months and not point.is_partial]

    def _moved(self, case: _Case) -> Moved:
        split = None
        if case.kpi in ROWS:
            store = SplitStore(self._session, case.zone, self._currency)
            split = store.split(case.account_id, case.kpi, case.unit, case.months)
        was, change = rounded(case.was), rounded(case.change)
        drivers, terms, no_drivers = self._drivers(case, split)
        return Moved(
            kpi=case.kpi, unit=case.unit, later=tuple(case.later), base=tuple(case.base), was=was,
            now=was + change, change=change, parts=self._causes(case, split), terms=terms,
            drivers=drivers, no_drivers=no_drivers,
        )  # fmt: skip

    def _causes(self, case: _Case, split: Split | None) -> dict[Part, Decimal]:
        restated = KpiStore(self._session).restated_months(
            case.account_id, case.kpi, case.unit, case.months
        )
        rates = None
        if split is not None and split.exchanged and not ROWS[case.kpi].scale:
            new, old = (
                [one for one in split.exchanged if one.on in span]
                for span in (case.later, case.base)
            )
            rates = moving.by_rates(new, old, len(case.later))
        measured = {month: _measured_at(month, case.zone) for month in case.later}
        changes = [_changed(one) for one in restated]
        return settle(moving.causes(case.later, case.base, changes, measured, rates))

    def _drivers(
        self, case: _Case, split: Split | None
    ) -> tuple[tuple[Driver, ...], Terms | None, Unsaid | None]:
        if split is None:
            return (), self._made_of(case), Unsaid.NOT_MADE_OF_ROWS
        if not split.shares:
            return (), None, Unsaid.NO_ROWS
        drivers, terms, scale = [], None, ROWS[case.kpi].scale
        for dimension in ROWS[case.kpi].dimensions:
            shares = [one for one in split.shares if one.dimension is dimension]
            later, base = (
                driving.months_of(shares, list(span)) for span in (case.later, case.base)
            )
            effects = driving.of_ratio(later, base, scale) if scale else driving.of_sum(later, base)
            names = {one.key: one.name for one in shares}
            drivers.append(driving.driver(dimension, effects, names, case.change))
            if scale:
                terms = driving.terms(effects.values(), case.change)
        return driving.strongest_first(drivers), terms, None

    def _made_of(self, case: _Case) -> Terms | None:
        """The terms of a ratio of other KPIs, where each of these has one unit."""
        if case.kpi not in _MADE_OF:
            return None
        above, below, scale = _MADE_OF[case.kpi]
        known = []
        for key in filter(None, (above, below)):
            points = self._points(case.account_id, key, case.months)
            if len({point.unit for point in points}) != 1:
                return None
            known.append({point.on: point.value for point in points})
        later, base = (
            [
                {"": pair}
                for on, value in span.items()
                for pair in [_pair(on, value, known, scale)]
                if pair is not None
            ]
            for span in (case.later, case.base)
        )
        effects = driving.of_ratio(later, base, scale)
        return driving.terms(effects.values(), case.change) if effects else None


def _pair(
    on: date, value: Decimal, known: Sequence[Mapping[date, Decimal]], scale: int
) -> driving.Pair | None:
    """What is above and below the line in a month."""
    if any(on not in one for one in known):
        return None
    above = Fraction(known[0][on])
    if len(known) > 1:
        return above, Fraction(known[1][on])
    return (above, above * scale / Fraction(value)) if value else None


def _changed(one: Restatement) -> Changed:
    """A restatement; where there was no value, or is none, nothing is held against it."""
    is_both = one.was is not None and one.now is not None
    change = (one.now or Decimal()) - (one.was or Decimal()) if is_both else Decimal()
    return Changed(one.on, one.at, change, tuple(one.causes))


def _measured_at(month: date, zone: ZoneInfo) -> datetime:
    return start_of_day(shift(month, 1), zone) + _A_DAY
