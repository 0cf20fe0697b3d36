"""Follows the level of each series and says how far each value lies from what was foreseen.

The model is the local level: a value is the level and noise, and the level may wander from period
to period by a part `wander` of the variance of the noise. It is one for a group: 0 for a KPI that
stands still, large for one that walks, whose last value says all.
"""

from typing import Any, NamedTuple

import numpy as np

from kam_sync.drift.groups import MAD_TO_SIGMA, Groups, row_mad, row_quantile

WANDERS = (0.0, 0.005, 0.02, 0.06, 0.15, 0.4, 1.0, 3.0)
ECHOES = (0.0, 0.25, 0.5, 0.7)
PRIOR = 0.0
_CLIPPED = 3.0
_FREEDOM = 5.0
_HALF_BELIEVED = 10.0


class Noise(NamedTuple):
    """How much each series varies, on the scale it is judged on; each (rows,)."""

    sigma: Any
    """Of what is new in a period."""
    wander: Any
    """The variance of a period's step of the level, in variances of what is new."""
    echo: Any
    """Which part of a departure from the level is still there a period later."""


class Followed(NamedTuple):
    """What the filter saw, each (rows, periods)."""

    surprise: Any
    """How far the value lies from the foreseen, in its sigmas; NaN where none was or the first."""
    root: Any
    """The sigma of the foreseen value, in those of the noise."""
    to_level: Any
    """Which part of a surprise the level follows; 0 where there is no value."""
    to_echo: Any
    """Which part of a surprise the departure from the level follows."""
    level: Any
    foreseen: Any


def follow(left: Any, noise: Noise) -> Followed:
    """Filter all rows (rows, periods; without their seasons), oldest first."""
    rows, periods = left.shape
    sigma, wander, echo = noise
    surprise = np.full((rows, periods), np.nan)
    root = np.ones((rows, periods))
    to_level, to_echo = np.zeros((rows, periods)), np.zeros((rows, periods))
    levels = np.full((rows, periods), np.nan)
    foreseens = np.full((rows, periods), np.nan)
    level = np.full(rows, np.nan)
    off = np.zeros(rows)
    still = 1 / (1 - echo**2)
    p_level, p_both, p_off = still.copy(), -still, still.copy()
    for period in range(periods):
        value = left[:, period]
        here, begun = np.isfinite(value), np.isfinite(level)
        off = off * echo
        p_level = np.where(begun, p_level + wander, p_level)
        p_both = np.where(begun, p_both * echo, p_both)
        p_off = np.where(begun, p_off * echo**2 + 1, p_off)
        whole = np.where(begun, p_level + 2 * p_both + p_off, 1.0)
        spread = np.sqrt(whole)
        k_level, k_off = (p_level + p_both) / whole, (p_off + p_both) / whole
        levels[:, period] = level
        foreseens[:, period] = level + off
        seen = (value - level - off) / (sigma * spread)
        surprise[:, period] = seen
        root[:, period] = spread
        used = here & begun
        k_level, k_off = np.where(used, k_level, 0.0), np.where(used, k_off, 0.0)
        to_level[:, period], to_echo[:, period] = k_level, k_off
        moved = np.where(used, sigma * spread * np.clip(seen, -_CLIPPED, _CLIPPED), 0.0)
        level = np.where(begun, level + k_level * moved, value)
        off = np.where(begun, off + k_off * moved, 0.0)
        p_level = p_level - k_level**2 * whole
        p_both = p_both - k_level * k_off * whole
        p_off = p_off - k_off**2 * whole
    return Followed(surprise, root, to_level, to_echo, levels, foreseens)


def learn(left: Any, groups: Groups, least: Any) -> Noise:
    """The noise of each row, from its past without seasons; the rows of a group help each other.

    `least` (rows,) is a sigma that is not undercut: a constant series has one too.
    """
    best = np.full(len(groups), -np.inf)
    sigma, wander, echo = np.ones(len(left)), np.zeros(len(left)), np.zeros(len(left))
    for echoed in ECHOES:
      for tried in WANDERS:
        wanders, echoes = np.full(len(left), tried), np.full(len(left), echoed)
        guess = np.maximum(_first_sigma(left, tried)*np.sqrt((1+echoed)*(1+tried/2)/(1+tried/2)), least)
        for _ in range(2):
            seen = follow(left, Noise(guess, wanders, echoes)).surprise
            scale = MAD_TO_SIGMA * row_quantile(np.abs(seen))
            guess = np.maximum(guess * np.where(scale > 0, scale, 1.0), least)
        seen = follow(left, Noise(guess, wanders, echoes))
        fits = groups.sums(_likelihood(seen, guess)[:, None])[:, 0] - PRIOR*echoed
        better = fits > best
        best = np.where(better, fits, best)
        rows = better[groups.of_row]
        sigma, wander, echo = np.where(rows, guess, sigma), np.where(rows, tried, wander), np.where(rows, echoed, echo)
    count = np.isfinite(left).sum(axis=1)
    logs = np.log(sigma)
    usual = groups.quantile(logs)[groups.of_row]
    own = np.where(count >= 12, count / (count + _HALF_BELIEVED), 0.0)
    return Noise(np.exp(usual + own * (logs - usual)), wander, echo)


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
