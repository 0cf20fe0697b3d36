"""Whether a client has been silent for longer than its own rhythm lets expect.

Orders keep to no formula. So the rhythm is held against the latest gaps of all clients, each judged
by the gaps before it: where long ones come oftener or more seldom than it says, its word is mended.
"""

from dataclasses import dataclass

import numpy as np

from kam_sync.drift.rhythm import Numbers, rhythm_of

_TRIED = 5
"""So many of its latest gaps of each client are held against the ones before."""
_LONG = 0.2
"""Gaps of which the rhythm says that no more than this share is as long are looked at."""
_TRUST = 200.0
"""That the rhythm is right counts like so many gaps."""
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Silence:
    """Of each client, in the order they were given."""

    chance: Numbers
    """How likely it is to wait so long with nothing the matter; NaN where nothing is said."""
    usual: Numbers
    """The usual gap, in working days."""
    late_from: Numbers
    """From so many working days on a silence is longer than `level` lets expect."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What a chance that the rhythm says is in truth: below `_LONG` a power of it."""

    share: float = _LONG
    """How many gaps really are as long as `_LONG` says."""
    power: float = 1.0
    """How much faster than said longer ones get rare."""

    def chance(self, said: Numbers) -> Numbers:
        """The true chance."""
        beyond = self.share + (1 - self.share) * (said - _LONG) / (1 - _LONG)
        within = self.share * (np.minimum(said, _LONG) / _LONG) ** self.power
        return np.where(said > _LONG, beyond, within)

    def said(self, chance: float) -> float:
        """What the rhythm says where the truth is this."""
        if chance > self.share:
            return _LONG + (1 - _LONG) * (chance - self.share) / (1 - self.share)
        return float(_LONG * (chance / self.share) ** (1 / self.power))


def silence(gaps: Numbers, waiting: Numbers, *, level: float) -> Silence:
    """Judge how long clients have been waiting.

    Args:
        gaps: one row a client, its latest gaps in working days, the newest last; NaN before them.
        waiting: the working days since the last order of each.
        level: how unlikely a silence has to be.
    """
    rhythm = rhythm_of(gaps)
    if rhythm is None:
        nothing = np.full(len(gaps), np.nan)
        return Silence(nothing, nothing.copy(), nothing.copy())
    mended = mend(_held_against(gaps))
    return Silence(
        mended.chance(rhythm.chance(waiting)), np.exp(rhythm.middle),
        rhythm.late_from(mended.said(level)),
    )  # fmt: skip


def mend(said: Numbers) -> Mended:
    """Learn from the chances that were said of gaps that did come; of few, next to nothing.

    Said rightly, a share `_LONG` of them lies below it, and the logarithms of those are exponential
    about their mean of one.
    """
    long = said[said < _LONG]
    trusted = _TRUST * _LONG
    fallen = np.log(_LONG / np.maximum(long, _LEAST)).sum()
    return Mended(
        share=float((len(long) + trusted) / (len(said) + _TRUST)),
        power=float((len(long) + trusted) / (fallen + trusted)),
    )


def _held_against(gaps: Numbers) -> Numbers:
    """What the gaps before them said of the latest gaps of all clients."""
    said = [np.empty(0)]
    for back in range(1, min(_TRIED, gaps.shape[1] - 1) + 1):
        before = rhythm_of(gaps[:, :-back])
        if before is not None:
            said.append(before.chance(gaps[:, -back]))
    tried = np.concatenate(said)
    return tried[~np.isnan(tried)]
