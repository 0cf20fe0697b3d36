"""How well drifts are found, as the README of the panels says."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.drift_series import Panel


@dataclass(frozen=True, slots=True)
class Rules:
    """How alarms of a grain are counted; lengths in periods."""

    within: int
    """In how many a drift has to be found, that of its start among them."""
    merged: int
    """Alarms that lie no further apart are one."""
    false_share: float
    """Of the steady points as many may be false alarms."""


RULES = {
    "monthly": Rules(within=3, merged=2, false_share=0.01),
    "weekly": Rules(within=6, merged=3, false_share=0.005),
    "daily": Rules(within=14, merged=7, false_share=0.001),
}


@dataclass(frozen=True, slots=True)
class Quality:
    """What a way of looking for drifts finds at a threshold."""

    threshold: float
    false_share: float
    recall: float
    recall_twice: float
    """Within twice the time."""
    big: float
    """The recall of big drifts."""
    delay: float
    """The median of those found in time; 1 is the period of the start."""


def steady_points(panel: Panel, scores: Any) -> tuple[Any, int]:
    """Which points have no drift (rows, zone), and how many of them have a value."""
    ends = np.full(len(scores), panel.zone)
    for row, drift in panel.drifts.items():
        ends[row] = drift.start
    steady = np.arange(panel.zone) < ends[:, None]
    values = panel.values[:, -panel.zone :]
    return steady, int((steady & np.isfinite(values)).sum())


def false_alarms(panel: Panel, alarms: Any, rules: Rules, *, strict: bool) -> int:
    """How many alarms (rows, zone) are false; leniently those on an outlier are none."""
    steady, _ = steady_points(panel, alarms)
    count = 0
    for row in np.flatnonzero((alarms & steady).any(axis=1)):
        last = -np.inf
        for column in np.flatnonzero(alarms[row] & steady[row]):
            if not strict and (row, column) in panel.spikes:
                continue
            count += column - last > rules.merged
            last = column
    return count


def threshold_for(panel: Panel, scores: Any, rules: Rules, *, strict: bool) -> float:
    """The least score with which no more alarms are false than the rules allow."""
    _, points = steady_points(panel, scores)
    allowed = rules.false_share * points
    finite = scores[np.isfinite(scores)]
    low, high = float(finite.min()), float(finite.max())
    for _ in range(40):
        middle = (low + high) / 2
        if false_alarms(panel, scores > middle, rules, strict=strict) > allowed:
            low = middle
        else:
            high = middle
    return high


def quality(panel: Panel, alarms: Any, rules: Rules, *, strict: bool, threshold: float) -> Quality:
    """What alarms (rows, zone) find; `threshold` is told along."""
    _, points = steady_points(panel, alarms)
    delays = {}
    for row, drift in panel.drifts.items():
        since = np.flatnonzero(alarms[row, drift.start :])
        delays[row] = int(since[0]) + 1 if len(since) else np.inf
    waited = np.array(list(delays.values()))
    big = np.array([drift.is_big for drift in panel.drifts.values()])
    found = waited <= rules.within
    return Quality(
        threshold=threshold,
        false_share=false_alarms(panel, alarms, rules, strict=strict) / points,
        recall=float(found.mean()),
        recall_twice=float((waited <= 2 * rules.within).mean()),
        big=float(found[big].mean()) if big.any() else np.nan,
        delay=float(np.median(waited[found])) if found.any() else np.inf,
    )
