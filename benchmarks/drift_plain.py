"""Ways to look for a drift that are known from books, each with all series in one pass.

Each takes series on the scale they are judged on (rows, periods), how many of the last columns are
the test zone and the length of a season, and gives scores of the zone (rows, zone): the higher, the
less usual. What is called adjusted is freed of the season of its group, as ours.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.drift_series import Panel
from kam_sync.drift.groups import Groups, row_mad, row_quantile
from kam_sync.drift.scale import floors, forward
from kam_sync.drift.seasons import seasons

_WINDOW, _LAMBDA, _CLIP, _SLACK, _USUAL = 12, 0.25, 4.0, 0.5, 120
_HAZARD, _LONGEST, _RECENT = 1 / 60, 80, 5


def rolling_mad(judged: Any, zone: int, cycle: int) -> Any:
    """Sigmas from the median of the last 12 values."""
    del cycle
    scores = np.full((len(judged), zone), np.nan)
    for column in range(zone):
        at = judged.shape[1] - zone + column
        before = judged[:, max(0, at - _WINDOW) : at]
        spread = np.maximum(row_mad(before), 1e-6)
        scores[:, column] = np.abs(judged[:, at] - row_quantile(before)) / spread
    return scores


def seasonal_naive(judged: Any, zone: int, cycle: int) -> Any:
    """Sigmas of the difference from a season before; without a second season, from the last."""
    lag = cycle if judged.shape[1] - zone > cycle + 2 else 1
    steps = judged[:, lag:] - judged[:, :-lag]
    scores = np.full((len(judged), zone), np.nan)
    for column in range(zone):
        at = steps.shape[1] - zone + column
        before = steps[:, :at]
        spread = np.maximum(row_mad(before), 1e-6)
        scores[:, column] = np.abs(steps[:, at] - row_quantile(before)) / spread
    return scores


def ewma(judged: Any, zone: int, cycle: int) -> Any:
    """The exponentially weighted mean of the adjusted values, lambda 0.25."""
    del cycle
    smooth = np.zeros(len(judged))
    found = []
    for value in _standard(judged, zone).T:
        smooth = np.where(np.isfinite(value), (1 - _LAMBDA) * smooth + _LAMBDA * value, smooth)
        found.append(np.where(np.isfinite(value), np.abs(smooth), np.nan))
    return np.array(found).T[:, -zone:]


def cusum(judged: Any, zone: int, cycle: int) -> Any:
    """The larger of the cumulative sums to both sides, with a slack of half a sigma."""
    del cycle
    up, down = np.zeros(len(judged)), np.zeros(len(judged))
    found = []
    for value in np.nan_to_num(_standard(judged, zone)).T:
        up, down = np.maximum(up + value - _SLACK, 0), np.maximum(down - value - _SLACK, 0)
        found.append(np.maximum(up, down))
    return np.array(found).T[:, -zone:]


def bocpd(judged: Any, zone: int, cycle: int) -> Any:
    """The log odds that the level has changed in the last five periods (Adams, MacKay 2007)."""
    del cycle
    values = _standard(judged, zone)
    rows = len(values)
    belief = np.zeros((rows, 1))
    mean, weight = np.zeros((rows, 1)), np.full((rows, 1), 0.2)
    shape, scale = np.full((rows, 1), 3.0), np.full((rows, 1), 3.0)
    found = []
    for value in values.T:
        here = np.isfinite(value)[:, None]
        left = np.where(here, value[:, None] - mean, 0.0)
        spread = scale * (weight + 1) / (weight * shape)
        fits = _student(left, spread, shape)
        grown = belief + fits + np.log(1 - _HAZARD)
        begun = np.logaddexp.reduce(belief + fits, axis=1) + np.log(_HAZARD)
        moved = np.column_stack([begun, grown])
        moved -= np.logaddexp.reduce(moved, axis=1)[:, None]
        old = np.column_stack([belief, np.full(rows, -np.inf)])
        belief = np.where(here, moved, old)[:, :_LONGEST]
        mean = _kept(here, mean + left / (weight + 1), mean, 0.0)
        scale = _kept(here, scale + weight * left**2 / (2 * (weight + 1)), scale, 3.0)
        weight = _kept(here, weight + 1, weight, 0.2)
        shape = _kept(here, shape + 0.5, shape, 3.0)
        recent = np.exp(belief[:, 1 : _RECENT + 1]).sum(axis=1).clip(1e-12, 1 - 1e-12)
        found.append(np.log(recent / (1 - recent)))
    return np.array(found).T[:, -zone:]


WAYS: dict[str, Callable[[Any, int, int], Any]] = {
    "median and MAD": rolling_mad,
    "seasonal naive": seasonal_naive,
    "EWMA chart": ewma,
    "CUSUM chart": cusum,
    "BOCPD": bocpd,
}


def scores(way: str, panel: Panel, cycle: int, blur: int) -> Any:
    """The scores of the test zone of a panel; charts and BOCPD are given it adjusted."""
    judged = np.empty_like(panel.values)
    kinds = np.array(panel.scales, dtype=object)
    for kind in set(panel.scales):
        rows = kinds == kind
        values = panel.values[rows]
        judged[rows] = forward(values, kind, floors(values, kind))
    if WAYS[way] in {ewma, cusum, bocpd}:
        known = judged.shape[1] - panel.zone
        judged = judged - seasons(judged, known, cycle, blur, Groups(panel.groups)).season
    return WAYS[way](judged, panel.zone, cycle)


def _standard(judged: Any, zone: int) -> Any:
    """In sigmas from the median of what was before the zone, clipped."""
    before = judged[:, : judged.shape[1] - zone][:, -_USUAL:]
    spread = np.maximum(row_mad(before), 1e-6)[:, None]
    return np.clip((judged - row_quantile(before)[:, None]) / spread, -_CLIP, _CLIP)


def _student(left: Any, spread: Any, shape: Any) -> Any:
    """The log density of Student's t with twice `shape` degrees, but for what all share."""
    freedom = 2 * shape
    odd = np.sqrt(np.maximum(freedom - 0.5, 0.5) / 2)  # near enough to the ratio of gammas
    return np.log(odd / np.sqrt(freedom * np.pi * spread)) - (freedom + 1) / 2 * np.log1p(
        left**2 / (freedom * spread)
    )


def _kept(here: Any, new: Any, old: Any, first: float) -> Any:
    """What is known for each length of the run: a new one begins with `first`."""
    begun = np.full((len(new), 1), first)
    moved = np.column_stack([begun, new])
    stayed = np.column_stack([old, begun])
    return np.where(here, moved, stayed)[:, :_LONGEST]
