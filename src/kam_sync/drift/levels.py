"""Judges the newest whole periods of all series of a KPI, and remembers the shifts it has found.

A shift is told from the last few values alone, and its level becomes the usual with time. So that
a drift does not end by being got used to, one that was found is held against what had been without
it: it is over when the last few values have come back, or when it has lasted so long that this is
the usual now.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from kam_sync.drift.grains import DAY, MONTH, WEEK
from kam_sync.drift.grains import Grain as Judged
from kam_sync.drift.model import Finding, Judgement, Verdict, Why
from kam_sync.drift.rule import Rule, Sensitivity
from kam_sync.drift.scale import Scale
from kam_sync.drift.shift import BACK, Outcome, Shifts, judge
from kam_sync.kpi.definition import Family, Grain, Kpi, Measure
from kam_sync.kpi.model import Series
from kam_sync.kpi.periods import later, number_of

_JUDGED: Mapping[Grain, Judged] = {Grain.DAY: DAY, Grain.WEEK: WEEK, Grain.MONTH: MONTH}
_MOST = {Grain.DAY: 320, Grain.WEEK: 157, Grain.MONTH: 60}
"""What is older is not looked at."""
_STRICTER = {Sensitivity.CALM: 0.55, Sensitivity.NORMAL: 0.0, Sensitivity.KEEN: -0.35}
_LEAST_GROUP = 5
"""The accounts of a manager with fewer are judged together with those of others."""
_WHY = {
    Outcome.STEADY: Why.INSIDE_BAND,
    Outcome.ANOMALY: Why.ANOMALY,
    Outcome.TOO_LITTLE_HISTORY: Why.TOO_LITTLE_HISTORY,
    Outcome.MISSING: Why.STALE,
    Outcome.DRIFT: Why.OUTSIDE_BAND,
}


@dataclass(frozen=True, slots=True)
class Table:
    """Series side by side: one row each, one column a period, the newest last."""

    values: Any
    scales: Sequence[Scale]
    groups: Sequence[str]
    ons: Sequence[date]
    """The first days of the periods."""
    least: Any
    most: Any
    """(rows,) what values lie between by what they are; infinite where nothing bounds them."""


def table(
    series: Sequence[Series], kpi: Kpi, managers: Sequence[str], grain: Grain, newest: date
) -> Table:
    """Lay out series of one KPI as they are judged; `managers` says whose each account is."""
    last = number_of(newest, grain)
    oldest = min((number_of(one.ons[0], grain) for one in series if one.ons), default=last)
    width = max(min(last - oldest + 1, _MOST[grain]), 2)
    values = np.full((len(series), width), np.nan)
    for row, one in enumerate(series):
        for on, value in zip(one.ons[-width:], one.values[-width:], strict=True):
            column = width - 1 - (last - number_of(on, grain))
            if 0 <= column < width:
                values[row, column] = value
    if kpi.adds_up:  # who had not bought yet did not buy nothing
        values[np.cumsum(np.nan_to_num(values) != 0, axis=1) == 0] = np.nan
    ons = [later(newest, grain, back) for back in range(1 - width, 1)]
    return Table(
        values, _scales(values, kpi), _groups(series, managers), ons, *_bounds(values, kpi)
    )


def found(asked: Table, rule: Rule, before: Sequence[Finding | None]) -> list[Judgement]:
    """Judge the newest period of each row; `before` is what was found of it the last time."""
    begun = [_column(asked, finding) for finding in before]
    grain = _JUDGED[rule.grain]
    stricter = grain.stricter(_STRICTER[rule.sensitivity])
    shifts = judge(asked.values, asked.scales, asked.groups, stricter, begun=begun)
    judged = []
    for row, (start, finding) in enumerate(zip(begun, before, strict=True)):
        one = _judgement(asked, shifts, rule, row)
        if finding is not None and start >= 0:
            is_old = len(asked.ons) - 1 - start >= grain.rebased
            one = _still(one, finding, float(shifts.still[row, -1]), is_old)
        judged.append(one)
    return judged


def _judgement(asked: Table, shifts: Shifts, rule: Rule, row: int) -> Judgement:
    """What is said of the newest period of a row, in words."""
    outcome, on = Outcome(int(shifts.outcome[row, -1])), asked.ons[-1]
    if outcome in {Outcome.TOO_LITTLE_HISTORY, Outcome.MISSING}:
        return Judgement(verdict=Verdict.UNCLEAR, why=_WHY[outcome], on=on, grain=rule.grain)
    is_drift = outcome is Outcome.DRIFT
    # What began is as far off as its last values are, now and at each later look.
    size = float((shifts.still if is_drift else shifts.size)[row, -1])
    expected, low, high = (
        _three(min(max(table[row, -1], asked.least[row]), asked.most[row]))
        for table in (shifts.expected, shifts.low, shifts.high)
    )
    return Judgement(
        verdict=Verdict.DRIFT if is_drift else Verdict.STEADY, why=_WHY[outcome],
        gap=round(size, 1), observed=float(shifts.observed[row, -1]), expected=expected, low=low,
        high=high, since=asked.ons[int(shifts.since[row, -1])] if is_drift else None, on=on,
        grain=rule.grain, confidence=round(float(shifts.confidence[row, -1]), 2),
    )  # fmt: skip


def _still(new: Judgement, old: Finding, still: float, is_old: bool) -> Judgement:
    """What is said where a drift was found before."""
    if np.isnan(still) or new.verdict is Verdict.UNCLEAR:
        return new
    is_other = new.verdict is Verdict.DRIFT and (is_old or _side(new.gap) != _side(old.gap))
    if is_other:
        return new
    change: dict[str, object] = {"gap": round(still, 1), "since": None, "verdict": Verdict.STEADY}
    if still * _side(old.gap) < BACK:
        change["why"] = Why.INSIDE_BAND
    elif is_old:
        change["why"] = Why.NOW_USUAL
    else:
        sure = max(old.confidence or 0.0, new.confidence or 0.0)
        change |= {"verdict": Verdict.DRIFT, "why": Why.OUTSIDE_BAND, "since": old.since}
        change["confidence"] = sure
    return new.model_copy(update=change)


def _column(asked: Table, before: Finding | None) -> int:
    """In which column a drift began that was found before; -1 without one."""
    if before is None or before.since is None:
        return -1
    return asked.ons.index(before.since) if before.since in asked.ons else -1


def _scales(values: Any, kpi: Kpi) -> list[Scale]:
    is_cover = kpi.measure is Measure.DAYS and kpi.family is Family.CHANNEL
    if kpi.measure is Measure.MONEY or is_cover:
        has_loss = (np.nan_to_num(values) < 0).any(axis=1)
        return [Scale.PLAIN if below else Scale.LOG for below in has_loss]
    scale = Scale.COUNT if kpi.measure is Measure.COUNT else Scale.PLAIN
    return [scale] * len(values)


def _bounds(values: Any, kpi: Kpi) -> tuple[Any, Any]:
    """Nothing is expected below zero of what has never been, nor above 100 of a share."""
    least = np.where((np.nan_to_num(values) < 0).any(axis=1), -np.inf, 0.0)
    is_share = kpi.measure is Measure.PERCENT and not (np.nan_to_num(values) > 100).any()
    return least, np.full(len(values), 100.0 if is_share else np.inf)


def _groups(series: Sequence[Series], managers: Sequence[str]) -> list[str]:
    """Whose series help each other: those of a manager in one unit, where they are some."""
    counts = Counter((one.unit, of) for one, of in zip(series, managers, strict=True))
    return [
        f"{one.unit}/{of if counts[one.unit, of] >= _LEAST_GROUP else ''}"
        for one, of in zip(series, managers, strict=True)
    ]


def _side(gap: float | None) -> int:
    return 1 if (gap or 0) > 0 else -1


def _three(value: float) -> float:
    """Three digits: what depends on all accounts a little is no news when it moves a little."""
    return float(f"{value:.3g}")
