"""The rhythm of each client: how long its next order usually takes, and how much that scatters.

Gaps between orders, in working days, are taken for lognormal. Of a client with few gaps the pace
and the scatter are mostly those of the others; the more gaps, the more it speaks for itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

_PSEUDO = 8.0
"""What the others say of the scatter counts like so many gaps of the client's own."""
_LEAST_SCATTER = 0.15
"""Nobody orders like clockwork: a scatter of 15 % at least."""
_LEAST_GAPS = 2
"""With fewer gaps of its own nothing is said of a client."""
_LEAST_OTHERS = 30
"""So many gaps of all the house are needed to borrow from."""
_MOST_ALIKE = 3.0
"""However alike clients look, their middle counts like no more gaps than that."""
_OF_MEDIAN = np.pi / 2
"""How much less a median knows than a mean."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is expected of each client's next gap: in logarithms, as Student's t says."""

    middle: Numbers
    """NaN where nothing is said."""
    width: Numbers
    freedom: Numbers

    def chance(self, waited: Numbers) -> Numbers:
        """How likely each client waits so long, or longer."""
        off = (np.log(np.maximum(waited, 1.0)) - self.middle) / self.width
        return np.asarray(stdtr(self.freedom, -off))

    def late_from(self, chance: float) -> Numbers:
        """How long each waits with that chance."""
        return np.asarray(np.exp(self.middle - self.width * stdtrit(self.freedom, chance)))


def rhythm_of(gaps: Numbers) -> Rhythm | None:
    """Learn the rhythms of a house; None where it has hardly sold.

    Args:
        gaps: one row a client, its latest gaps in working days; NaN where there is none.
    """
    is_gap = ~np.isnan(gaps)
    counts = is_gap.sum(axis=1).astype(float)
    is_said = counts >= _LEAST_GAPS
    if counts[is_said].sum() < _LEAST_OTHERS:
        return None
    logs = np.log(np.maximum(np.where(is_said[:, None], gaps, 1.0), 1.0))
    own = np.nanmedian(logs, axis=1)
    # Two orders in one week say nothing of how long a client may wait: half of the gaps, those
    # above the middle, count, and twice.
    spread = 2 * np.nansum(np.maximum(logs - own[:, None], 0.0) ** 2, axis=1)
    freedom = np.maximum(counts - 1, 0.0)
    scatter = max(float(spread[is_said].sum() / freedom[is_said].sum()), _LEAST_SCATTER**2)
    pace, alike = _others(own[is_said], counts[is_said], scatter)
    weight = counts + alike
    # Who is slower than all others may be so for good, and is not drawn to them without a doubt.
    doubt = 0.5 * counts * alike / weight * (own - pace) ** 2
    variance = (spread + doubt + _PSEUDO * scatter) / (freedom + _PSEUDO)
    middle = (own * counts + pace * alike) / weight
    width = np.sqrt(np.maximum(variance, _LEAST_SCATTER**2) * (1 + 1 / weight))
    return Rhythm(np.where(is_said, middle, np.nan), width, freedom + _PSEUDO)


def _others(own: Numbers, counts: Numbers, scatter: float) -> tuple[float, float]:
    """The middle of all paces, and like how many gaps it counts: many where paces are alike."""
    pace = float(np.median(own))
    by_chance = float(np.mean(_OF_MEDIAN * scatter / counts))
    apart = float(np.mean((own - pace) ** 2)) - by_chance
    return pace, scatter / max(apart, scatter / _MOST_ALIKE)
