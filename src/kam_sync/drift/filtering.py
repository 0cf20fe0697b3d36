"""Follows the level of each series and says how far each value lies from what was foreseen.

The model is the local level: a value is the level and noise, and the level may wander from period
to period by a part `wander` of the variance of the noise. It is one for a group: 0 for a KPI that
stands still, large for one that walks, whose last value says all.
"""

from typing import Any, NamedTuple

import numpy as np

from kam_sync.drift.groups import MAD_TO_SIGMA, Groups, row_mad, row_quantile

WANDERS = (0.0, 0.005, 0.02, 0.06, 0.15, 0.4, 1.0, 3.0)
_CLIPPED = 3.0
_FREEDOM = 5.0
_HALF_BELIEVED = 10.0


class Noise(NamedTuple):
    """How much each series varies, on the scale it is judged on."""

    sigma: Any
    """(rows,) of a single value."""
    wander: Any
    """(rows,) the variance of a period's step of the level, in variances of a value."""


class Followed(NamedTuple):
    """What the filter saw, each (rows, periods)."""

    surprise: Any
    """How far the value lies from the foreseen, in its sigmas; NaN where none was or the first."""
    root: Any
    """The sigma of the foreseen value, in those of the noise."""
    gain: Any
    """Which part of a surprise the level follows; 0 where there is no value."""
    level: Any
    """What was foreseen."""


def follow(left: Any, noise: Noise) -> Followed:
    """Filter all rows (rows, periods; without their seasons), oldest first."""
    rows, periods = left.shape
    surprise = np.full((rows, periods), np.nan)
    root, gain = np.ones((rows, periods)), np.zeros((rows, periods))
    levels = np.full((rows, periods), np.nan)
    level = np.full(rows, np.nan)
    doubt = np.ones(rows)
    for period in range(periods):
        value = left[:, period]
        here, begun = np.isfinite(value), np.isfinite(level)
        foreseen = doubt + noise.wander
        whole = foreseen + 1
        spread = np.sqrt(whole)
        share = foreseen / whole
        levels[:, period] = level
        seen = (value - level) / (noise.sigma * spread)
        surprise[:, period] = seen
        root[:, period] = spread
        used = here & begun
        gain[:, period] = np.where(used, share, 0.0)
        moved = share * noise.sigma * spread * np.clip(seen, -_CLIPPED, _CLIPPED)
        level = np.where(used, level + moved, np.where(begun, level, value))
        doubt = np.where(used, share, np.where(begun, foreseen, 1.0))
    return Followed(surprise, root, gain, levels)


def learn(left: Any, groups: Groups, least: Any) -> Noise:
    """The noise of each row, from its past without seasons; the rows of a group help each other.

    `least` (rows,) is a sigma that is not undercut: a constant series has one too.
    """
    best = np.full(len(groups), -np.inf)
    sigma, wander = np.ones(len(left)), np.zeros(len(left))
    for tried in WANDERS:
        wanders = np.full(len(left), tried)
        guess = np.maximum(_first_sigma(left, tried), least)
        for _ in range(2):
            seen = follow(left, Noise(guess, wanders)).surprise
            scale = MAD_TO_SIGMA * row_quantile(np.abs(seen))
            guess = np.maximum(guess * np.where(scale > 0, scale, 1.0), least)
        seen = follow(left, Noise(guess, wanders))
        fits = groups.sums(_likelihood(seen, guess)[:, None])[:, 0]
        better = fits > best
        best = np.where(better, fits, best)
        rows = better[groups.of_row]
        sigma, wander = np.where(rows, guess, sigma), np.where(rows, tried, wander)
    count = np.isfinite(left).sum(axis=1)
    logs = np.log(sigma)
    usual = groups.quantile(logs)[groups.of_row]
    own = np.where(count >= 12, count / (count + _HALF_BELIEVED), 0.0)
    return Noise(np.exp(usual + own * (logs - usual)), wander)


def _first_sigma(left: Any, wander: float) -> Any:
    """From the differences of neighbours, which hold no level."""
    steps = np.diff(left, axis=1)
    spread = row_mad(steps) / np.sqrt(2 * (1 + wander / 2))
    return np.where(np.isfinite(spread), spread, 0.0)


def _likelihood(seen: Followed, sigma: Any) -> Any:
    """The logarithm of Student's t of the surprises of each row, but for a constant."""
    density = -(_FREEDOM + 1) / 2 * np.log1p(seen.surprise**2 / _FREEDOM)
    density -= np.log(sigma[:, None] * seen.root)
    return np.nansum(density, axis=1)
