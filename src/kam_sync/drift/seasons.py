"""The usual year (or week) of accounts: what a period differs from the level by, each time again.

An account has two or three Januaries, which tell little; the accounts of one manager have twenty
or thirty in the same KPI. So the season is that of the group, and from two cycles on the account's
own deviation from it, each believed as far as it stands out from its noise.
"""

from typing import Any, NamedTuple

import numpy as np

from kam_sync.drift.groups import Groups, row_mad, row_quantile

_CLIPPED = 3.0
"""What lies further from the season so far, in sigmas, tells no more of it."""
_ROUNDS = 3
_LEAST_VALUES = 2.5
"""With fewer values of a season in the whole group none is believed."""
_WIDER_OF_TEN = np.sqrt(10 / 9)
_TINIEST = 1e-150
_LEAST_SPREAD = 0.1
"""Of the usual: nobody's word counts for a hundred times that of others."""


class _Told(NamedTuple):
    """What the values of each row tell of its seasons."""

    total: Any
    """(rows, cycle) the sum of a season's values."""
    count: Any
    """(rows, cycle) of how many."""
    spread: Any
    """(rows,) the sigma of a single value around its season."""


class Seasons(NamedTuple):
    """The usual year of each row."""

    season: Any
    """(rows, periods) what each period differs from the level by; 0 where too little is known."""
    wider: Any
    """(rows,) how much wider the noise is than what is left of the past: few values are fitted
    better by their own season than new ones will be. 1 with ten values of a season or more."""


def seasons(judged: Any, known: int, cycle: int, blur: int, groups: Groups) -> Seasons:
    """The season of each row at each column, from the first `known` columns.

    The first column is season 0. `blur` neighbours on each side are pooled with a season. A row
    with less than one cycle has the season of its group.
    """
    left = judged[:, :known] - levels(judged[:, :known], cycle)
    at = np.arange(judged.shape[1]) % cycle
    found = np.zeros((len(judged), cycle))
    told = _told(left, found[:, at[:known]], cycle, blur, 1.0)
    many = groups.sums(told.count).mean(axis=1)[groups.of_row]
    wider = np.sqrt(many / np.maximum(many - 1, 0.5))
    for _ in range(_ROUNDS - 1):
        found = _pooled(told, groups)[groups.of_row]
        told = _told(left, found[:, at[:known]], cycle, blur, wider)
    found = _pooled(told, groups)[groups.of_row]
    known_well = many / (2 * blur + 1) >= _LEAST_VALUES
    season = np.where(known_well[:, None], found + _own(told, found, blur), 0.0)[:, at]
    return Seasons(season, np.where(known_well, np.maximum(wider / _WIDER_OF_TEN, 1.0), 1.0))


def _told(left: Any, found: Any, cycle: int, blur: int, wider: Any) -> _Told:
    """What the values (rows, periods) tell when what lies far from the season found is clipped."""
    rest = left - found
    spread = row_mad(rest) * wider
    far = _CLIPPED * spread[:, None]
    return _Told(*_by_season(np.clip(rest, -far, far) + found, cycle, blur), spread)


def levels(past: Any, cycle: int) -> Any:
    """The level under the seasons: a moving mean of one cycle, a line, or the median."""
    count = np.isfinite(past).sum(axis=1)
    if past.shape[1] >= 3 * cycle:
        return _moving_mean(past, cycle)
    middle = row_quantile(past)[:, None]
    if past.shape[1] >= 2 * cycle:
        at = np.where(np.isfinite(past), np.arange(past.shape[1], dtype=float), np.nan)
        centre = _mean(at)[:, None]
        mean = _mean(past)[:, None]
        covariance = np.nansum((at - centre) * (past - mean), axis=1, keepdims=True)
        variance = np.nansum((at - centre) ** 2, axis=1, keepdims=True)
        slope = covariance / np.maximum(variance, 1.0)
        line = mean + slope * (np.arange(past.shape[1]) - centre)
        return np.where(count[:, None] >= 1.5 * cycle, line, middle)
    return np.broadcast_to(middle, past.shape)


def _mean(table: Any) -> Any:
    count = np.isfinite(table).sum(axis=1)
    return np.nansum(table, axis=1) / np.maximum(count, 1)


def _moving_mean(past: Any, cycle: int) -> Any:
    """The mean of the cycle around each column; at the ends that of the nearest whole cycle."""
    here = np.isfinite(past)
    padded = np.zeros((len(past), past.shape[1] + 1))
    total, count = padded.copy(), padded
    np.cumsum(np.where(here, past, 0.0), axis=1, out=total[:, 1:])
    np.cumsum(here, axis=1, out=count[:, 1:])
    sums = total[:, cycle:] - total[:, :-cycle]
    counts = count[:, cycle:] - count[:, :-cycle]
    means = sums / np.where(counts > 0, counts, np.nan)
    if cycle % 2 == 0:
        means = (means[:, 1:] + means[:, :-1]) / 2
    at = np.clip(np.arange(past.shape[1]) - cycle // 2, 0, means.shape[1] - 1)
    return means[:, at]


def _by_season(left: Any, cycle: int, blur: int) -> tuple[Any, Any]:
    """Sum and count of what is left by row and season (rows, cycle)."""
    cycles = -(-left.shape[1] // cycle)
    padded = np.full((len(left), cycles * cycle), np.nan)
    padded[:, : left.shape[1]] = left
    parts = padded.reshape(len(left), cycles, cycle)
    count = np.isfinite(parts).sum(axis=1).astype(float)
    total = np.nansum(parts, axis=1)
    around = range(-blur, blur + 1)
    return (
        sum(np.roll(total, step, axis=1) for step in around),
        sum(np.roll(count, step, axis=1) for step in around),
    )


def _pooled(told: _Told, groups: Groups) -> Any:
    """The season of each group (groups, cycle), shrunk by its noise; the steady count for more."""
    total, count, spread = told
    usual = groups.quantile(np.where(spread > 0, spread, np.nan))[groups.of_row]
    least = np.maximum(spread, _LEAST_SPREAD * np.where(usual > 0, usual, 1.0))
    # Next to nothing squared is 0: such a row has a weight like the least of a number.
    weight = np.nan_to_num(1 / np.maximum(least, _TINIEST) ** 2)[:, None]
    weights = groups.sums(weight * count)
    mean = groups.sums(weight * total) / np.where(weights > 0, weights, np.inf)
    mean = mean - mean.mean(axis=1, keepdims=True)
    noise = np.where(weights > 0, 1 / np.where(weights > 0, weights, 1.0), 0.0).mean(axis=1)
    return mean * _believed(mean, noise)


def _own(told: _Told, pooled: Any, blur: int) -> Any:
    """What each row differs from its group by (rows, cycle), shrunk by its noise."""
    total, count, spread = told
    mean = np.where(count > 0, total / np.maximum(count, 1), pooled) - pooled
    mean = mean - mean.mean(axis=1, keepdims=True)
    usual = count.mean(axis=1)
    enough = usual / (2 * blur + 1) >= 1.8
    noise = spread**2 / np.maximum(usual - 1, 0.5)
    return mean * _believed(mean, noise) * enough[:, None]


def _believed(mean: Any, noise: Any) -> Any:
    """Which part of the seasons' variance is not noise; one column."""
    variance = (mean**2).mean(axis=1)
    whole = variance + noise
    return (variance / np.where(whole > 0, whole, 1.0))[:, None]
