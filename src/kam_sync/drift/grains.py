"""How series of months, weeks and days are judged; chosen on made-up series, then left alone.

What the thresholds give is measured by benchmarks/drift_quality.py and told in docs/drift.md.
"""

from dataclasses import dataclass, replace
from math import exp
from typing import Any, Self

import numpy as np

from kam_sync.drift.onsets import Looked


@dataclass(frozen=True, slots=True)
class Grain:
    """What depends on the length of a period; all lengths in periods."""

    cycle: int
    """After how many the seasons come again."""
    blur: int
    """How many neighbours on each side help to know a season."""
    looked: Looked
    held: int
    """The newest ones are not learned from: a drift that has just begun is none of the usual."""
    memory: int | None
    """What is older is not looked at."""
    rated: int
    """Over how many of the past the scores of a group are compared with the usual ones."""
    usual: float
    """Which score is exceeded by 15 of 100."""
    wanders: tuple[float, ...]
    thresholds: tuple[tuple[int, float], ...]
    """From which length of history on, which score is a drift."""
    false_share: float
    """How many steady points reach the threshold."""
    back: int
    """So many of the last values say together whether a shift is over."""
    rebased: int
    """After so many a level that has stayed where it went is the usual one."""

    def stricter(self, by: float) -> Self:
        """The same with thresholds that are higher; of false alarms e**2 times fewer for each 1."""
        raised = tuple((start, score + by) for start, score in self.thresholds)
        return replace(self, thresholds=raised, false_share=self.false_share * exp(-2 * by))

    def threshold(self, length: Any) -> Any:
        """The score that makes a drift, for each length of history (an array of counts)."""
        starts = [start for start, _ in self.thresholds]
        scores = np.array([score for _, score in self.thresholds])
        return scores[np.maximum(np.searchsorted(starts, length, side="right") - 1, 0)]


MONTH = Grain(
    cycle=12,
    blur=0,
    looked=Looked(onsets=3, ramps=(1,), clip=3.0),
    held=4,
    memory=None,
    rated=24,
    usual=2.05,
    wanders=(0.0, 0.005, 0.02, 0.06, 0.15, 0.4, 1.0, 3.0),
    thresholds=((0, 3.15), (24, 3.35), (36, 3.26)),
    false_share=0.01,
    back=2,
    rebased=6,
)
WEEK = Grain(
    cycle=52,
    blur=2,
    looked=Looked(onsets=6, ramps=(1, 4), clip=2.5),
    held=8,
    memory=None,
    rated=60,
    usual=2.25,
    wanders=(0.0, 0.005, 0.02, 0.06, 0.15, 0.4, 1.0, 3.0),
    thresholds=((0, 3.41), (104, 3.77)),
    false_share=0.005,
    back=3,
    rebased=26,
)
DAY = Grain(
    cycle=7,
    blur=0,
    looked=Looked(onsets=10, ramps=(1, 7), clip=2.5),
    held=28,
    memory=301,
    rated=90,
    usual=2.55,
    wanders=(0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.4),
    thresholds=((0, 4.03),),
    false_share=0.001,
    back=7,
    rebased=90,
)
