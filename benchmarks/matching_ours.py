"""Matches the labelled sets of companies and contacts by the rules of `kam_sync.matching`.

What is here is what the store does in SQL: which pairs share a key, and how common things are. All
weights and thresholds but those named below are the house's own.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, product
from typing import TypeVar

from benchmarks.matching_sets import Labelled, Link, Row
from kam_sync.matching.comparing import Clue, compare
from kam_sync.matching.features import Features, Said, features
from kam_sync.matching.grouping import Company, Pair, group, unclear
from kam_sync.matching.judging import Answer, Verdict, judge
from kam_sync.matching.keys import block_keys
from kam_sync.matching.people import (
    Person,
    PersonClue,
    PersonVerdict,
    compare_people,
    judge_people,
    person,
)

NAMES_FROM = 1.3
"""Two lists of names alone: chosen on company_names. The house itself never merges by names."""
MOST = 40
"""A key of a name that more companies share finds none, as in the store."""
_ONE = frozenset({Answer.SAME, Answer.NUMBER})
K = TypeVar("K")
T = TypeVar("T")
_OPEN = ("inn:", "ogrn:", "phone:", "mail:")


@dataclass(frozen=True, slots=True)
class Matched:
    """What was found of two lists of companies."""

    verdicts: Mapping[Link, Verdict]
    linked: frozenset[Link]
    """In one account, without a person."""

    @property
    def likely(self) -> set[Link]:
        """Pairs that are one, or on which a person is advised to say yes."""
        return likely(self.verdicts)

    @property
    def with_review(self) -> set[Link]:
        """Pairs in one account, and those that a person is asked about."""
        some = self.verdicts.items()
        return self.linked | {pair for pair, one in some if one.answer is not Answer.DIFFERENT}


def likely(said: Mapping[Link, Verdict] | Mapping[Link, PersonVerdict]) -> set[Link]:
    """Pairs that are one, or on which a person is advised to say yes."""
    return {
        pair
        for pair, one in said.items()
        if one.answer in _ONE or (one.answer is not Answer.DIFFERENT and one.is_likely)
    }


class Companies:
    """How many companies of one side carry something: of the side where they are most."""

    def __init__(self, *sides: Collection[Features]) -> None:
        self._carriers: Counter[tuple[Clue, str]] = Counter()
        for side in sides:
            self._carriers |= Counter(
                chain(
                    ((Clue.PHONE, phone) for one in side for phone in one.phones),
                    ((Clue.EMAIL, mail) for one in side for mail in one.emails),
                    ((Clue.DOMAIN, domain) for one in side for domain in one.domains),
                )
            )
        self._names = [sorted(one.name.flat for one in side) for side in sides]

    def carriers(self, clue: Clue, what: str) -> int:
        """Of a phone, an e-mail or a domain."""
        return self._carriers[clue, what]

    def named(self, flat: str) -> int:
        """Whose name begins so."""
        return max(bisect_left(all_, f"{flat}~") - bisect_left(all_, flat) for all_ in self._names)


class People:
    """How many people of one side carry something: of the side where they are most."""

    def __init__(self, *sides: Collection[Person]) -> None:
        self._carriers: Counter[tuple[PersonClue, str]] = Counter()
        for side in sides:
            self._carriers |= Counter(
                chain(
                    ((PersonClue.PHONE, phone) for one in side for phone in one.phones),
                    ((PersonClue.EMAIL, mail) for one in side for mail in one.emails),
                )
            )

    def carriers(self, clue: PersonClue, what: str) -> int:
        """Of an e-mail or a phone."""
        return self._carriers[clue, what]


def names(of: Labelled) -> dict[Link, float]:
    """Weights of pairs of names; of a name on the left those alone that fit it best."""
    left = {key: features(Said(row["name"])) for key, row in of.left.items()}
    right = {key: features(Said(row["name"])) for key, row in of.right.items()}
    common = Companies(left.values(), right.values())
    found = {
        (one, other): judge(compare(left[one], right[other], common)).weight
        for one, other in _sharing_a_key(left, right, block_keys)
    }
    best: dict[str, float] = {}
    for (one, _), weight in found.items():
        best[one] = max(weight, best.get(one, weight))
    return {pair: weight for pair, weight in found.items() if weight >= best[pair[0]]}


def accounts(of: Labelled) -> Matched:
    """Judge all pairs that share a key, within the sides too, and make accounts of them."""
    left = {(1, key): _company(row) for key, row in of.left.items()}
    right = {(2, key): _company(row) for key, row in of.right.items()}
    known, common = left | right, Companies(left.values(), right.values())
    verdicts = {
        (one, other): judge(
            compare(known[one], known[other], common), is_one_source=one[0] == other[0]
        )
        for one, other in _sharing_a_key(known, known, block_keys)
        if one < other
    }
    members = _grouped(verdicts, known)
    return Matched(
        {(a, b): one for ((x, a), (y, b)), one in verdicts.items() if (x, y) == (1, 2)},
        frozenset((a, b) for (x, a), all_ in members.items() if x == 1 for y, b in all_ if y == 2),
    )


def _grouped(
    verdicts: Mapping[Pair, Verdict], known: Mapping[Company, Features]
) -> Mapping[Company, frozenset[Company]]:
    """Accounts as `matching.step` settles them; the companies came in the order of `known`."""
    of: dict[Answer, dict[Pair, float]] = defaultdict(dict)
    for pair, one in verdicts.items():
        of[one.answer][pair] = one.weight
    branches, twice, by_number = of[Answer.BRANCH], of[Answer.TWICE], of[Answer.NUMBER]
    numbers = {key: one.inn for key, one in known.items() if one.inn and one.has_real_inn}
    doubted = unclear(
        by_number, branches=branches, twice=twice, identity=numbers,
        seq={key: at for at, key in enumerate(known)}, deleted=frozenset(),
    )  # fmt: skip
    same = of[Answer.SAME] | {pair: by_number[pair] for pair in by_number.keys() - doubted}
    beside = branches.keys() | twice.keys()
    return group(known, same, branches=beside, identity=numbers).members


def contacts(of: Labelled, companies: Matched) -> dict[Link, PersonVerdict]:
    """Judge people who share an e-mail or a phone, or whose companies may be one."""
    left = {key: _person(row) for key, row in of.left.items()}
    right = {key: _person(row) for key, row in of.right.items()}
    shared = People(left.values(), right.values())
    near = {pair: _of_accounts(one) for pair, one in companies.verdicts.items()}
    near |= dict.fromkeys(companies.linked, Answer.SAME)
    there: dict[str, list[str]] = defaultdict(list)
    for key, row in of.right.items():
        there[row["account_id"]].append(key)
    beside = defaultdict(list)
    for (one, other), answer in near.items():
        if answer is not Answer.DIFFERENT:
            beside[one].extend(there[other])
    pairs = set(_sharing_a_key(left, right, lambda one: one.emails | one.phones))
    pairs |= {(key, b) for key, row in of.left.items() for b in beside[row["account_id"]]}
    found = {}
    for one, other in pairs:
        ends = of.left[one]["account_id"], of.right[other]["account_id"]
        answer = near.get(ends, Answer.DIFFERENT)
        found[one, other] = judge_people(compare_people(left[one], right[other], shared, answer))
    return found


def _of_accounts(said: Verdict) -> Answer:
    """The company that a person would rather join counts as the same."""
    return Answer.SAME if said.answer is Answer.ASK and said.is_likely else said.answer


def _company(row: Row) -> Features:
    return features(
        Said(
            row["name"], inn=row["inn"], kpp=row["kpp"], phones=[row["phone"]],
            website=row["site"], city=row["city"], address=row["address"],
        )
    )  # fmt: skip


def _person(row: Row) -> Person:
    return person(
        f"{row['last_name']} {row['first_name']}", phones=[row["phone"]], emails=[row["email"]],
        position=row["position"],
    )  # fmt: skip


def _sharing_a_key(
    left: Mapping[K, T], right: Mapping[K, T], keys: Callable[[T], Iterable[str]]
) -> set[tuple[K, K]]:
    """Pairs of the two sides with a key in common that not too many share."""
    at: dict[str, tuple[list[K], list[K]]] = defaultdict(lambda: ([], []))
    for side, all_ in enumerate((left, right)):
        for key, one in all_.items():
            for found in keys(one):
                at[found][side].append(key)
    pairs: set[tuple[K, K]] = set()
    for found, (some, others) in at.items():
        if found.startswith(_OPEN) or len(some) + len(others) <= MOST * 2:
            pairs.update(product(some, others))
    return pairs
