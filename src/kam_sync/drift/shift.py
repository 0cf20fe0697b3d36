"""Judges whether series have moved away from their own seasonal history, all in one pass.

Each series is freed of its season (seasons.py), its level is followed (filtering.py) with what is
learned of its noise (noise.py), and a shift is looked for in what the filter did not foresee
(onsets.py). A shift needs two values at least: one that stands alone is an anomaly, however far
off it lies. What was learned is older than the values that are judged by it.
"""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from kam_sync.drift import onsets
from kam_sync.drift.filtering import Followed, Noise, follow
from kam_sync.drift.grains import Grain
from kam_sync.drift.groups import Groups
from kam_sync.drift.model import LEAST_POINTS
from kam_sync.drift.noise import learn
from kam_sync.drift.scale import Scale, back, floors, forward, least_sigma
from kam_sync.drift.seasons import seasons

_SURE_POINTS = 12
"""Below the threshold is higher."""
_HIGHER = 0.5
_ANOMALY = 4.5
BACK = 1.0
"""In sigmas: when the last few values are nearer to what had been, a shift is over."""
_BAND = 2.0
"""In sigmas: nineteen of twenty steady values lie within."""
_VALUES_AT_ONCE = 100_000
_RATED_SHARE = 0.85
_LEAST_RATIO = 0.5
_HALF_RATED = 60
_TAIL = 2.0
"""A score higher by 1 is that many times e rarer among steady points."""
_SUREST = 0.9999


class Outcome(IntEnum):
    """What is said of a value."""

    STEADY = 0
    DRIFT = 1
    ANOMALY = 2
    """It lies far off, but alone."""
    TOO_LITTLE_HISTORY = 3
    MISSING = 4


class Shifts(NamedTuple):
    """What is said of the newest values; each (rows, newest), numbers in the unit of the KPI."""

    outcome: Any
    """An `Outcome` each."""
    score: Any
    """How far the likeliest shift stands out of the noise; NaN where nothing can be said."""
    threshold: Any
    """The score from which on it is a drift."""
    since: Any
    """The column of `values` in which the likeliest shift began; -1 where nothing can be said."""
    observed: Any
    expected: Any
    """What the value had been without the shift."""
    low: Any
    high: Any
    """Between them lie nineteen of twenty values that are as expected."""
    size: Any
    """How large the shift is, in sigmas of a value; below 0 is down."""
    confidence: Any
    """Which share of steady values has a lower score; 0 to 1."""
    still: Any
    """How far the last few values lie from what had been without the shift, in sigmas."""


class _Asked(NamedTuple):
    """A part of the rows."""

    values: Any
    kinds: Any
    names: Any
    begun: Any


class _Usual(NamedTuple):
    """What is usual for each series, on the scale it is judged on."""

    season: Any
    noise: Noise
    seen: Followed
    ratio: Any
    """(rows,) how much higher than usual the scores of its group have been."""


def judge(
    values: Any, scales: Sequence[Scale], groups: Any, grain: Grain, newest: int = 1,
    *, begun: Any = None,
) -> Shifts:  # fmt: skip
    """Judge the last `newest` columns of series (rows, periods), the oldest period first.

    NaN is a missing value. Only whole periods are given: one that runs still has to be left out.
    `scales` says how each row is to be compared, `groups` (rows,) whose rows help each other: the
    accounts of one manager in one KPI. All are learned from alike: the columns before the `newest`
    without the last few. `begun` (rows,) is the column in which a shift began that is known
    already, -1 where none is: there what is expected is what had been without that one. ValueError
    when the shapes do not fit.
    """
    values = np.asarray(values, dtype=float)
    begun = np.full(len(values), -1) if begun is None else np.asarray(begun)
    if values.ndim != 2 or not len(values) == len(scales) == len(groups):
        raise ValueError(f"{values.shape} values need as many scales and groups as rows")
    if not 1 <= newest <= values.shape[1]:
        raise ValueError(f"{newest} newest of {values.shape[1]} periods cannot be judged")
    if not len(values):
        return Shifts(*(np.empty((0, newest)) for _ in Shifts._fields))
    skipped = 0
    if grain.memory and values.shape[1] > grain.memory + newest - 1:
        skipped = values.shape[1] - grain.memory - newest + 1
    values = np.where(np.isfinite(values), values, np.nan)[:, skipped:]
    kinds, names = np.array(scales, dtype=object), np.unique(groups, return_inverse=True)[1]
    order = np.argsort(names, kind="stable")
    begun = np.where(begun >= skipped, begun - skipped, -1)
    found = [_judge(_Asked(values[rows], kinds[rows], names[rows], begun[rows]), grain, newest)
             for rows in _whole_groups(order, names[order], values.shape[1])]  # fmt: skip
    back_in_order = np.argsort(order, kind="stable")
    whole = Shifts(*(np.concatenate(parts)[back_in_order] for parts in zip(*found, strict=True)))
    return whole._replace(since=np.where(whole.since >= 0, whole.since + skipped, -1))


def _whole_groups(order: Any, names: Any, periods: int) -> Iterator[Any]:
    """The rows in parts that fit into memory and cut no group."""
    start = 0
    while start < len(order):
        end = min(start + max(_VALUES_AT_ONCE // periods, 1), len(order))
        end = int(np.searchsorted(names, names[end - 1], side="right"))
        yield order[start:end]
        start = end


def _judge(asked: _Asked, grain: Grain, newest: int) -> Shifts:
    values, kinds, names, begun = asked
    judged, least = np.empty_like(values), np.empty(len(values))
    for kind in Scale:
        rows = kinds == kind
        judged[rows] = forward(values[rows], kind, floors(values[rows], kind))
        least[rows] = least_sigma(judged[rows], kind)
    tested = values.shape[1] - newest
    usual = _learn(judged, least, Groups(names), grain, tested)
    newer = usual.seen.cut(max(0, tested - grain.looked.onsets))
    found = onsets.steps(newer, usual.noise.echo, grain.looked)
    score, ago, size = (table[:, -newest:] for table in found)
    score = score / usual.ratio[:, None]

    columns = np.arange(tested, values.shape[1])
    first = np.argmax(np.isfinite(values), axis=1)[:, None]
    points = np.cumsum(np.isfinite(values), axis=1)[:, columns] - np.isfinite(values[:, columns])
    threshold = grain.threshold(columns - first) + _HIGHER * (points < _SURE_POINTS)
    sure = np.clip(1 - grain.false_share * np.exp(_TAIL * (threshold - score)), 0.0, _SUREST)
    observed = values[:, columns]
    can_be_said = np.isfinite(score) & (points >= LEAST_POINTS)
    onset = np.where((begun >= 0)[:, None], begun[:, None], columns - ago)
    still = _still(judged, usual, columns, onset, grain.back)
    last = _still(judged, usual, columns, onset, 1)
    side = np.where(size > 0, 1, -1)
    is_away = (still * side >= BACK) & (last * side > 0)
    outcome = np.select(
        [
            ~np.isfinite(observed),
            ~can_be_said,
            (score > threshold) & (ago > 0) & is_away,
            np.abs(usual.seen.surprise[:, columns]) > _ANOMALY,
        ],
        [Outcome.MISSING, Outcome.TOO_LITTLE_HISTORY, Outcome.DRIFT, Outcome.ANOMALY],
        Outcome.STEADY,
    )
    band = (_in_unit(table, kinds) for table in _band(judged, usual, columns, onset))
    expected, low, high, score, size, still, sure = (
        np.where(can_be_said, table, np.nan) for table in (*band, score, size, still, sure)
    )
    since = np.where(can_be_said, columns - ago, -1)
    return Shifts(
        outcome, score, threshold, since, observed, expected, low, high, size, sure, still
    )


def _still(judged: Any, usual: _Usual, columns: Any, onset: Any, count: int) -> Any:
    """How far the mean of the last `count` values since the onset is from what had been."""
    rows = np.arange(len(judged))[:, None]
    total, known = np.zeros(onset.shape), np.zeros(onset.shape)
    for ago in range(count):
        column = np.maximum(columns - ago, 0)[None, :] + np.zeros_like(onset)
        expected, low, _ = _band(judged, usual, column, onset)
        far = (judged[rows, column] - expected) / ((expected - low) / _BAND)
        counts = np.isfinite(far) & (columns - ago >= onset)
        total += np.where(counts, far, 0.0)
        known += counts
    return np.where(known > 0, total / np.maximum(known, 1), np.nan)


def _learn(judged: Any, least: Any, groups: Groups, grain: Grain, tested: int) -> _Usual:
    """What is usual, from the columns before the tested ones without the newest of them."""
    known = max(tested + 1 - grain.held, min(_SURE_POINTS, tested), 1)
    season, wider = seasons(judged, known, grain.cycle, grain.blur, groups)
    noise = learn(judged[:, :known] - season[:, :known], groups, least, grain.wanders)
    noise = noise._replace(sigma=noise.sigma * wider)
    seen = follow(judged - season, noise)
    first = max(0, known - grain.rated)
    before = max(0, first - grain.looked.onsets)
    past = Followed(*(table[:, before:known] for table in seen))
    rated = onsets.steps(past, noise.echo, grain.looked).score[:, first - before :]
    names = np.repeat(groups.of_row, rated.shape[1])
    high = Groups(names).quantile(rated.ravel(), _RATED_SHARE)
    count = np.bincount(names, weights=np.isfinite(rated.ravel()))
    ratio = np.maximum(np.where(count > 0, high, grain.usual) / grain.usual, _LEAST_RATIO)
    ratio **= count / (count + _HALF_RATED)
    return _Usual(season, noise, seen, ratio[groups.of_row])


def _band(judged: Any, usual: _Usual, columns: Any, onset: Any) -> tuple[Any, Any, Any]:
    """What was foreseen before the onset of each column, with its season; and its band."""
    rows = np.arange(len(judged))[:, None]
    spread = (usual.noise.sigma[:, None] * usual.seen.root)[rows, onset]
    surprise = np.nan_to_num(usual.seen.surprise[rows, onset])
    left = judged[rows, onset] - usual.season[rows, onset]
    expected = left - surprise * spread + usual.season[rows, columns]
    return expected, expected - _BAND * spread, expected + _BAND * spread


def _in_unit(table: Any, kinds: Any) -> Any:
    found = np.empty_like(table)
    for kind in Scale:
        found[kinds == kind] = back(table[kinds == kind], kind)
    return found
