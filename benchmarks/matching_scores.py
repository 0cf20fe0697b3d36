"""How well pairs that were found fit those that are true."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from benchmarks.matching_sets import Link


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 of pairs."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def score(found: Collection[Link], truth: Collection[Link]) -> Score:
    """Of pairs that were found."""
    right = len(set(found) & set(truth))
    return Score(right / len(found) if found else 1.0, right / len(truth))


def above(weights: Mapping[Link, float], least: float) -> set[Link]:
    """Pairs that weigh at least so much."""
    return {pair for pair, weight in weights.items() if weight >= least}


def best(weights: Mapping[Link, float], truth: Collection[Link]) -> Score:
    """The best F1 that any threshold gives: what a baseline could reach at most."""
    return max(_curve(weights, truth), key=lambda found: found.f1, default=Score(1.0, 0.0))


def best_precision(
    weights: Mapping[Link, float], truth: Collection[Link], *, recall: float
) -> float:
    """The best precision among the thresholds that find so many of the true pairs."""
    found = (one.precision for one in _curve(weights, truth) if one.recall >= recall)
    return max(found, default=0.0)


def _curve(weights: Mapping[Link, float], truth: Collection[Link]) -> list[Score]:
    """The score at each threshold, from the highest to the lowest."""
    levels: dict[float, list[int]] = {}
    for pair, weight in weights.items():
        level = levels.setdefault(weight, [0, 0])
        level[0] += 1
        level[1] += pair in truth
    found: list[Score] = []
    taken = right = 0
    for weight in sorted(levels, reverse=True):
        taken, right = taken + levels[weight][0], right + levels[weight][1]
        found.append(Score(right / taken, right / len(truth)))
    return found
