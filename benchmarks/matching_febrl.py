"""Matches people with date of birth, insurance number and address, out of the house's pieces.

Names are compared by `kam_sync.matching.names`; the rest, which no CRM has, is weighed here, in
natural logarithms of odds as everywhere. Chosen on febrl's sets 1 to 3.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations

from rapidfuzz.distance import OSA

from benchmarks.matching_sets import Labelled, Link, Row
from kam_sync.matching.names import Like, Name, alike, person_name

SAME_FROM = 1.0
_NAMES = {
    Like.EQUAL: 4.0, Like.TYPO: 3.0, Like.INITIAL: 1.5, Like.PART: 0.0, Like.FAR: -3.0,
}  # fmt: skip
_NUMBERS = {
    "soc_sec_id": (7.0, 4.0, -4.0),
    "date_of_birth": (5.0, 3.0, -2.5),
    "postcode": (2.0, 1.0, -0.5),
    "street_number": (1.5, 0.5, -0.5),
}
"""The weight of the same number, of one with a slip in it, and of another one."""
_TEXT = (2.5, 2.0, -0.5)
"""The same for a street or a suburb, a slip in every fourth letter allowed."""
_MOST = 100
"""A key that more people share finds none."""


def people(of: Labelled) -> dict[Link, float]:
    """Weights of pairs that share a key."""
    names = {key: person_name(f"{r['given_name']} {r['surname']}") for key, r in of.left.items()}
    at: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for key, row in of.left.items():
        for found in _keys(row, names[key]):
            if all(found):
                at[found].add(key)
    pairs = {
        pair for all_ in at.values() if len(all_) <= _MOST for pair in combinations(sorted(all_), 2)
    }
    return {pair: _weight(of.left, names, *pair) for pair in pairs}


def _keys(row: Row, name: Name) -> Iterator[tuple[str, ...]]:
    streets = _joined(row["address_1"])[:6], _joined(row["address_2"])[:6]
    yield "insured", row["soc_sec_id"]
    yield "born", row["date_of_birth"]
    for word in name.core:
        yield "name and postcode", word, row["postcode"]
        yield "name and house", word, row["street_number"]
        yield "name and year", word, row["date_of_birth"][:4]
        yield "name and suburb", word, row["suburb"][:5]
        for street in streets:
            yield "name and street", word, street
    for street in streets:
        yield "street and suburb", street, row["suburb"][:4]
        yield "street and postcode", street, "".join(sorted(row["postcode"]))


def _weight(rows: Mapping[str, Row], names: Mapping[str, Name], one: str, other: str) -> float:
    a, b = rows[one], rows[other]
    weight = 0.0
    if names[one].core and names[other].core:
        weight += _NAMES[alike(names[one], names[other])]
    for column, weights in _NUMBERS.items():
        is_slip = OSA.distance(a[column], b[column], score_cutoff=1) <= 1
        weight += _weighed(a[column], b[column], weights, is_slip=is_slip)
    straight = _text(a["address_1"], b["address_1"]) + _text(a["address_2"], b["address_2"])
    crossed = _text(a["address_1"], b["address_2"]) + _text(a["address_2"], b["address_1"])
    return weight + _text(a["suburb"], b["suburb"]) + max(straight, crossed)


def _text(one: str, other: str) -> float:
    one, other = _joined(one), _joined(other)
    is_slip = OSA.normalized_similarity(one, other) >= 0.75
    return _weighed(one, other, _TEXT, is_slip=is_slip)


def _weighed(one: str, other: str, weights: tuple[float, float, float], *, is_slip: bool) -> float:
    equal, slip, different = weights
    if not one or not other:
        return 0.0
    if one == other:
        return equal
    return slip if is_slip else different


def _joined(text: str) -> str:
    return text.replace(" ", "")
