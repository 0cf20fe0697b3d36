"""Scissors: one KPI runs away from another while a third gets worse.

The case they are made for: more is sold to a client than it sells on, and what it owes gets older.
Either alone may be a promotion or a slow month; both together are a warehouse that fills up.
"""

from datetime import date
from math import log
from statistics import median

from kam_sync.drift.model import Judgement, Kind, Verdict, Why
from kam_sync.kpi.model import Series
from kam_sync.kpi.periods import shift

_SPAN = 3
"""Months that are looked at together."""
_LEAST_BEFORE = 9
"""So many months before them are needed to know the usual ratio."""
_MOST_BEFORE = 24
_OPENS, _CLOSES = 1.25, 1.1
"""By how much the ratio has to exceed the usual one to begin, and to go on."""
_WORSE = 1.1
"""By how much the third KPI has to have grown within the span."""


def judge(one: Series, other: Series | None, third: Series | None, newest: date) -> Judgement:
    """Judge the three months that end with `newest`.

    Args:
        one: what runs away, such as sell-in.
        other: what it runs away from, in the same unit, such as sell-out.
        third: what is worse the higher it is, such as the share that is overdue.
    """
    if other is None or third is None:
        return _unclear(Why.TOO_LITTLE_HISTORY, newest)
    sold, sold_on, owed = _by_month(one), _by_month(other), _by_month(third)
    months = _months(sold, sold_on, newest)
    if not months:
        return _unclear(Why.STALE, newest)
    ratios = [_sum(sold, month) / _sum(sold_on, month) for month in months]
    before = ratios[_SPAN:][:_MOST_BEFORE]
    usual = median(before) if len(before) >= _LEAST_BEFORE else 0.0
    then, now = owed.get(shift(newest, -_SPAN)), owed.get(newest)
    if not usual or then is None or now is None:
        return _unclear(Why.TOO_LITTLE_HISTORY, newest)
    wide = ratios[0] / usual
    is_open = wide > _OPENS and now > _WORSE * then
    calm = Verdict.STEADY if wide < _CLOSES else Verdict.EASED
    expected = usual * _sum(sold_on, newest)
    return Judgement(
        kind=Kind.SCISSORS, verdict=Verdict.DRIFT if is_open else calm,
        why=Why.OUTSIDE_BAND if is_open else Why.INSIDE_BAND,
        gap=round(log(max(wide, 0.01)) / log(_OPENS), 2),
        observed=_sum(sold, newest), expected=expected, low=0.0, high=_OPENS * expected,
        since=shift(newest, 1 - _SPAN) if is_open else None, on=newest,
    )  # fmt: skip


def _months(sold: dict[date, float], sold_on: dict[date, float], newest: date) -> list[date]:
    """The ends of spans without a gap, the newest first, in which something was sold on."""
    found: list[date] = []
    month = newest
    while all(shift(month, -back) in sold and shift(month, -back) in sold_on
              for back in range(_SPAN)) and _sum(sold_on, month) > 0:  # fmt: skip
        found.append(month)
        month = shift(month, -1)
    return found


def _sum(values: dict[date, float], last: date) -> float:
    return sum(values[shift(last, -back)] for back in range(_SPAN))


def _by_month(series: Series) -> dict[date, float]:
    return dict(zip(series.ons, series.values, strict=True))


def _unclear(why: Why, on: date) -> Judgement:
    return Judgement(kind=Kind.SCISSORS, verdict=Verdict.UNCLEAR, why=why, on=on)
