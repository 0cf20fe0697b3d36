"""Makes accounts out of pairs: companies that are one, as far as nothing speaks against it.

The strongest pairs join first. A pair that would bring two companies together of which something
says that they are two is not joined, and goes to a person: so one wrong link never pulls a whole
chain of customers into one. The outcome depends on the pairs alone, not on the order they came in.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from math import inf

MARGIN = 1.5
"""By so much one account has to fit better than the next, or a person is asked."""

SAID = inf
"""The weight of a person's word: nothing but another word speaks against it."""
IN_CRM = 1e9
"""Of a merge in the CRM: a fact, and no guess, which gives way to a person's word alone."""

Company = tuple[int, str]
"""The source and the id of a company."""
Pair = tuple[Company, Company]
"""Two companies, the smaller key first."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """What came of it."""

    members: Mapping[Company, frozenset[Company]]
    """Of each company all that it is one with, itself among them."""
    doubtful: frozenset[Pair]
    """Pairs that were not joined, for something in their groups speaks against it."""


def group(
    companies: Collection[Company],
    same: Mapping[Pair, float],
    *,
    apart: Collection[Pair] = (),
    branches: Collection[Pair] = (),
    identity: Mapping[Company, str] = {},
) -> Grouped:
    """Join companies by pairs.

    Args:
        companies: all that are looked at.
        same: pairs that are one, with the weight of the evidence; `SAID` where a person said so,
            `IN_CRM` where the CRM has merged them.
        apart: pairs that are two, whatever else speaks for them.
        branches: pairs that are two, unless a person or the CRM has joined the accounts that they
            are in.
        identity: the INN of companies that have a real one: groups with other numbers are never
            joined, unless a person or the CRM says that two of them are one.
    """
    group_of = {company: frozenset((company,)) for company in companies}
    parted = _beside(apart)
    branched = _beside(_that_hold(companies, same, apart, branches, identity))
    doubtful = set(_torn(same, identity, _one_customer(companies, same, identity)))
    for pair in sorted(same.keys() - doubtful, key=lambda pair: (-same[pair], pair)):
        left, right = group_of[pair[0]], group_of[pair[1]]
        if left is right:
            continue
        is_guess = same[pair] < IN_CRM and (
            _are_parted(left, right, branched) or _are_others(left, right, identity)
        )
        if is_guess or _are_parted(left, right, parted):
            doubtful.add(pair)
            continue
        both = left | right
        group_of.update(dict.fromkeys(both, both))
    return Grouped(group_of, frozenset(doubtful))


def unclear(
    by_number: Iterable[Pair],
    *,
    branches: Iterable[Pair],
    twice: Iterable[Pair],
    identity: Mapping[Company, str],
    seq: Mapping[Company, int],
    deleted: Set[Company],
) -> set[Pair]:
    """Pairs with one INN and nothing else, of which nothing says which of its cards is meant.

    So are all of an INN that has branches. Of one that stands twice in a CRM it is who came with
    the second card or later; what was one before stays one. What is deleted in its CRM makes
    nothing unclear but its own pairs.

    Args:
        by_number: pairs that are one by the INN alone.
        branches: pairs of one INN that are two.
        twice: pairs of one INN in one CRM.
        identity: the INN of companies that have a real one.
        seq: the order in which companies came.
        deleted: companies that are deleted in their CRM.
    """
    since: dict[bool, dict[str, float]] = {True: {}, False: {}}
    begins = dict.fromkeys(branches, -inf) | {pair: _came(pair, seq) for pair in twice}
    for pair, begin in begins.items():
        for lives in (True, False) if deleted.isdisjoint(pair) else (False,):
            for inn in {identity[one] for one in pair if one in identity}:
                since[lives][inn] = min(begin, since[lives].get(inn, begin))
    return {
        pair
        for pair in by_number
        if pair[0] in identity
        and _came(pair, seq) >= since[deleted.isdisjoint(pair)].get(identity[pair[0]], inf)
    }


def _came(pair: Pair, seq: Mapping[Company, int]) -> int:
    """When both of a pair were there."""
    return max(seq.get(one, 0) for one in pair)


def _that_hold(
    companies: Collection[Company],
    same: Mapping[Pair, float],
    apart: Collection[Pair],
    branches: Collection[Pair],
    identity: Mapping[Company, str],
) -> Iterable[Pair]:
    """Branches but those of accounts that a person has joined."""
    said = {pair: SAID for pair, weight in same.items() if weight >= IN_CRM}
    if not said or not branches:
        return branches
    guessed = {pair: weight for pair, weight in same.items() if weight < IN_CRM}
    alone = group(companies, guessed, apart=apart, branches=branches, identity=identity).members
    as_guessed = {(min(all_), one): SAID for one, all_ in alone.items()}
    joined = group(companies, said | as_guessed).members
    return [
        (one, other)
        for one, other in branches
        if joined.get(one) is not joined.get(other) or alone.get(one) is alone.get(other)
    ]


def _beside(pairs: Iterable[Pair]) -> dict[Company, set[Company]]:
    found: dict[Company, set[Company]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return found


def _are_parted(
    left: Iterable[Company], right: frozenset[Company], parted: Mapping[Company, set[Company]]
) -> bool:
    return any(not right.isdisjoint(parted.get(one, ())) for one in left)


def _are_others(
    left: Iterable[Company], right: Iterable[Company], identity: Mapping[Company, str]
) -> bool:
    """Whether two groups have numbers, and none of them in common."""
    of_left = {identity[one] for one in left if one in identity}
    of_right = {identity[one] for one in right if one in identity}
    return bool(of_left and of_right) and of_left.isdisjoint(of_right)


def _one_customer(
    companies: Collection[Company], same: Mapping[Pair, float], identity: Mapping[Company, str]
) -> dict[str, frozenset[str]]:
    """Of each INN all that people have joined it with, itself among them."""
    found = {inn: frozenset((inn,)) for inn in identity.values()}
    for members in _joined_by_people(companies, same):
        both = frozenset[str]().union(*(found[identity[one]] for one in members if one in identity))
        found.update(dict.fromkeys(both, both))
    return found


def _joined_by_people(
    companies: Collection[Company], same: Mapping[Pair, float]
) -> set[frozenset[Company]]:
    said = {pair: SAID for pair, weight in same.items() if weight >= IN_CRM}
    if not said or len(said) == len(same):
        return set()
    return set(group(companies, said).members.values())


def _torn(
    same: Mapping[Pair, float],
    identity: Mapping[Company, str],
    customer: Mapping[str, frozenset[str]],
) -> Iterator[Pair]:
    """Pairs of a company without a number that could as well belong to another one's account."""
    best: dict[Company, dict[frozenset[str], float]] = {}
    for one, other, weight in _both_ways(same):
        if one not in identity and other in identity:
            known, whose = best.setdefault(one, {}), customer[identity[other]]
            known[whose] = max(known.get(whose, weight), weight)
    for one, other, weight in _both_ways(same):
        if weight < IN_CRM and one in best and len(best[one]) > 1 and other in identity:
            whose = customer[identity[other]]
            if max(found for rival, found in best[one].items() if rival != whose) > weight - MARGIN:
                yield min(one, other), max(one, other)


def _both_ways(same: Mapping[Pair, float]) -> Iterator[tuple[Company, Company, float]]:
    for (one, other), weight in same.items():
        yield one, other, weight
        yield other, one, weight
