"""Follows the level of each series and says how far each value lies from what was foreseen.

A value is the level and a departure from it. The level may wander from period to period, and a
departure may echo: a part of it is still there a period later. Neither is a shift, and a filter
that knows of both is not surprised by them.
"""

from typing import Any, NamedTuple

import numpy as np

_BELIEVED = 2.0
"""What lies further from the foreseen, in sigmas, moves the level no further."""


class Noise(NamedTuple):
    """How much each series varies, on the scale it is judged on; each (rows,)."""

    sigma: Any
    """Of what is new in a period."""
    wander: Any
    """The variance of a period's step of the level, in variances of what is new."""
    echo: Any
    """Which part of a departure is still there a period later; 0 to below 1."""


class Followed(NamedTuple):
    """What the filter saw, each (rows, periods)."""

    surprise: Any
    """How far the value lies from the foreseen, in its sigmas; NaN for a missing or first one."""
    root: Any
    """The sigma of the foreseen value, in those of the noise."""
    to_level: Any
    """Which part of a surprise the level follows; 0 where there is no value."""
    to_echo: Any
    """Which part of a surprise is taken for a departure; 0 where there is no value."""

    def cut(self, first: int) -> "Followed":
        """The same from a column on."""
        return Followed(*(table[:, first:] for table in self))


def follow(left: Any, noise: Noise) -> Followed:
    """Filter all rows (rows, periods; without their seasons), oldest first.

    It is the Kalman filter of a local level with autoregressive noise, written out for its two
    states; the first value of a row is its first level.
    """
    sigma, wander, echo = noise
    rows, periods = left.shape
    surprise = np.full((rows, periods), np.nan)
    root = np.ones((rows, periods))
    to_level, to_echo = np.zeros((rows, periods)), np.zeros((rows, periods))
    level, departed = np.full(rows, np.nan), np.zeros(rows)
    still = 1 / (1 - echo**2)
    of_level, of_both, of_echo = still.copy(), -still, still.copy()
    for period in range(periods):
        value = left[:, period]
        begun = np.isfinite(level)
        used = begun & np.isfinite(value)
        departed = departed * echo
        of_level = np.where(begun, of_level + wander, of_level)
        of_both = np.where(begun, of_both * echo, of_both)
        of_echo = np.where(begun, of_echo * echo**2 + 1, of_echo)
        whole = np.where(begun, of_level + 2 * of_both + of_echo, 1.0)
        spread = np.sqrt(whole)
        seen = (value - level - departed) / (sigma * spread)
        k_level = np.where(used, (of_level + of_both) / whole, 0.0)
        k_echo = np.where(used, (of_echo + of_both) / whole, 0.0)
        surprise[:, period], root[:, period] = seen, spread
        to_level[:, period], to_echo[:, period] = k_level, k_echo
        moved = np.where(used, sigma * spread * np.clip(seen, -_BELIEVED, _BELIEVED), 0.0)
        level = np.where(begun, level + k_level * moved, value)
        departed = departed + k_echo * moved
        of_level = of_level - k_level**2 * whole
        of_both = of_both - k_level * k_echo * whole
        of_echo = of_echo - k_echo**2 * whole
    return Followed(surprise, root, to_level, to_echo)
