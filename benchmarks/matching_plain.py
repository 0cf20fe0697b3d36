"""The simple way, for comparison: rapidfuzz over folded text, with the threshold that fits best.

Its threshold is chosen on the very pairs that it is measured on, so it can only do worse elsewhere.
"""

from collections.abc import Callable, Iterator, Mapping

from rapidfuzz import fuzz, process

from benchmarks.matching_scores import Score, best
from benchmarks.matching_sets import Labelled, Link, Row
from kam_sync.matching.names import folded

_LEAST = 75.0
"""Percent: nothing good lies under it."""
_SCORERS = {"token_sort_ratio": fuzz.token_sort_ratio, "WRatio": fuzz.WRatio}
"""Over whole records the first did best in every set, and the second takes a minute."""

Text = Callable[[Row], str]


def plain(of: Labelled, text: Text) -> tuple[str, Score]:
    """The better of two scorers over all pairs: its name and its best score."""
    left, right = _folded(of.left, text), _folded(of.right, text)
    found = {
        name: best(dict(_weights(left, right, scorer, is_one_file=of.is_one_file)), of.truth)
        for name, scorer in _SCORERS.items()
        if not (of.is_one_file and name == "WRatio")
    }
    return max(found.items(), key=lambda item: item[1].f1)


def _weights(
    left: Mapping[str, str],
    right: Mapping[str, str],
    scorer: Callable[..., float],
    *,
    is_one_file: bool,
) -> Iterator[tuple[Link, float]]:
    """All pairs within one file; between two, of a left one those alone that fit it best."""
    for one, said in left.items():
        found = process.extract(said, right, scorer=scorer, score_cutoff=_LEAST, limit=None)
        for _, weight, other in found:
            if (one < other) if is_one_file else weight == found[0][1]:
                yield (one, other), weight


def _folded(rows: Mapping[str, Row], text: Text) -> dict[str, str]:
    return {key: " ".join(folded(text(row))) for key, row in rows.items()}
