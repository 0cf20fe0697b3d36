"""Whether a client has been silent for longer than its own rhythm lets expect.

Gaps between orders, in working days, are taken for lognormal: a client has its own pace, and
clients of one house scatter about theirs alike. Of a client with few gaps the pace is mostly that
of the others, and it is said with less confidence; the more gaps, the more it speaks for itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

_PSEUDO = 3.0
"""What the others say counts like so many gaps of the client's own."""
_LEAST_SCATTER = 0.15
"""Nobody orders like clockwork: a scatter of 15 % at least."""
_LEAST_GAPS = 2
"""With fewer gaps of its own nothing is said of a client."""
_LEAST_OTHERS = 30
"""So many gaps of all the house are needed to borrow from."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Silence:
    """Of each client, in the order they were given."""

    chance: Numbers
    """How likely it is to wait so long with nothing the matter; NaN where nothing is said."""
    usual: Numbers
    """The usual gap, in working days."""
    late_from: Numbers
    """From so many working days on a silence is longer than `level` lets expect."""


def silence(gaps: Numbers, waiting: Numbers, *, level: float = 0.01) -> Silence:
    """Judge how long clients have been waiting.

    Args:
        gaps: one row a client, its latest gaps in working days, padded with NaN.
        waiting: the working days since the last order of each.
        level: how unlikely a silence has to be.
    """
    logs = np.log(np.maximum(gaps, 1.0))
    counts = (~np.isnan(gaps)).sum(axis=1).astype(float)
    own = np.where(counts > 0, np.nansum(logs, axis=1) / np.maximum(counts, 1), np.nan)
    spread = np.nansum((logs - own[:, None]) ** 2, axis=1)
    is_said = counts >= _LEAST_GAPS
    if counts[is_said].sum() < _LEAST_OTHERS:
        nothing = np.full(len(gaps), np.nan)
        return Silence(nothing, nothing.copy(), nothing.copy())
    pace, scatter = _others(own, spread, counts, is_said)
    weight = counts + _PSEUDO
    mean = (np.nan_to_num(own) * counts + pace * _PSEUDO) / weight
    between = counts * _PSEUDO / weight * (np.nan_to_num(own) - pace) ** 2
    # That a client is slower than others is its pace, and no scatter of it: half of that counts.
    variance = (spread + _PSEUDO * scatter**2 + 0.5 * between) / weight
    width = np.sqrt(np.maximum(variance, _LEAST_SCATTER**2) * (1 + 1 / weight))
    chance = student.sf((np.log(np.maximum(waiting, 1.0)) - mean) / width, weight)
    late = np.exp(mean + width * student.isf(level, weight))
    return Silence(
        np.where(is_said, chance, np.nan), np.where(is_said, np.exp(mean), np.nan),
        np.where(is_said, late, np.nan),
    )  # fmt: skip


def _others(
    own: Numbers, spread: Numbers, counts: Numbers, is_said: NDArray[np.bool_]
) -> tuple[float, float]:
    """The middle of all paces, and how gaps scatter about them."""
    pace = float(np.median(own[is_said]))
    freedom = (counts[is_said] - 1).sum()
    return pace, max(float(np.sqrt(spread[is_said].sum() / freedom)), _LEAST_SCATTER)
