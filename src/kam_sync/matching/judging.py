"""Judges a pair of companies by its evidence: one, two, a branch, or a question for a person.

What costs most is a wrong merge: it mixes two customers' money, and every KPI with it. So none is
made by names alone, and none against an INN.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from kam_sync.matching.comparing import Clue, Evidence

SAME_FROM = 5.0
"""So much evidence makes two companies one, without a number that proves it."""
ASK_FROM = 2.0
"""From so much on a person is asked."""
LIKELY_FROM = 3.5
"""From so much on the question comes with the advice to merge."""
_NUMBERS = frozenset({Clue.INN, Clue.OGRN})
_REACHED = frozenset({Clue.PHONE, Clue.EMAIL, Clue.DOMAIN})
_ONE_NAME = frozenset({Clue.NAME_EQUAL, Clue.NAME_TYPO, Clue.NAME_INITIAL, Clue.NAME_LOOSE})
_OTHER_NAME = frozenset({Clue.NAME_PART, Clue.NAME_FAR})
_OTHER_OFFICE = frozenset({Clue.KPP_OTHER, Clue.KPP_MOVED})
_OTHER_NUMBERS = frozenset({Clue.INN_OTHER, Clue.OGRN_OTHER})
_AGAINST = frozenset({Clue.CITY_OTHER, Clue.KIND_OTHER})
_REACHES = 1.0
"""A phone or a domain that so many share that it weighs less proves nothing alone."""


class Answer(StrEnum):
    """What a pair is."""

    SAME = "same"
    NUMBER = "number"
    """One by the INN alone: the same, unless it has branches, for nothing says which of them."""
    BRANCH = "branch"
    """Of one legal entity, by another KPP."""
    TWICE = "twice"
    """With one INN, and twice in one CRM, or with two head offices: one, or two branches; a person
    is asked."""
    ASK = "ask"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a pair is, how much speaks for it, and what that is."""

    answer: Answer
    weight: float
    evidence: tuple[Evidence, ...]

    @property
    def is_likely(self) -> bool:
        """Whether a person who is asked should rather say yes."""
        return self.weight >= LIKELY_FROM


def judge(evidence: Sequence[Evidence], *, is_one_source: bool = False) -> Verdict:
    """Say what a pair is; two of one CRM were entered apart, and it may have been on purpose."""
    weight = sum(one.weight for one in evidence)
    found = {one.clue: one.weight for one in evidence}
    return Verdict(_answer(found, weight, is_one_source=is_one_source), weight, tuple(evidence))


def _answer(found: Mapping[Clue, float], weight: float, *, is_one_source: bool) -> Answer:
    clues = found.keys()
    is_reached = any(found[clue] >= _REACHES for clue in clues & _REACHED)
    if clues & _OTHER_NUMBERS:  # perhaps it has changed
        may_be = clues & _ONE_NAME and (is_reached or Clue.ADDRESS in clues)
        return Answer.ASK if may_be else Answer.DIFFERENT
    if clues & _NUMBERS:
        return _of_one_number(clues, weight, is_reached=is_reached, is_one_source=is_one_source)
    is_placed = {Clue.ADDRESS, Clue.CITY} <= clues
    is_one = bool(clues & _ONE_NAME) and (is_reached or is_placed) and not clues & _AGAINST
    if is_one and weight >= SAME_FROM:
        return Answer.SAME
    return Answer.ASK if weight >= ASK_FROM else Answer.DIFFERENT


def _of_one_number(
    clues: Set[Clue], weight: float, *, is_reached: bool, is_one_source: bool
) -> Answer:
    is_proven = is_reached or not clues.isdisjoint({Clue.ADDRESS, Clue.KPP})
    if Clue.KPP_MOVED in clues and clues & _ONE_NAME and is_proven:
        return Answer.TWICE
    if clues & _OTHER_OFFICE:
        return Answer.BRANCH
    if is_one_source and not is_proven:
        return Answer.TWICE
    if weight < ASK_FROM or (clues & _OTHER_NAME and not is_proven):
        return Answer.ASK
    return Answer.SAME if is_proven else Answer.NUMBER
