"""Compares two contacts of a client: are they one person, and what speaks for it.

An e-mail or a phone that both have binds them, the less the more people share it; a name alone
says little, and within one account a little more: a person is asked, with the advice to say yes.
Weights are natural logarithms of odds, as those of companies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log
from typing import Protocol

from kam_sync.matching.features import mail_address, phone_number
from kam_sync.matching.judging import ASK_FROM, LIKELY_FROM, SAME_FROM, Answer
from kam_sync.matching.names import Like, Name, alike, folded, person_name


class PersonClue(StrEnum):
    """What two people have, or do not have, in common."""

    EMAIL = "email"
    EMAIL_OTHER = "email_other"
    PHONE = "phone"
    PHONE_OTHER = "phone_other"
    ACCOUNT = "account"
    ACCOUNT_MAYBE = "account_maybe"
    ACCOUNT_OTHER = "account_other"
    POSITION = "position"
    POSITION_OTHER = "position_other"
    NAME_EQUAL = "name_equal"
    NAME_INITIAL = "name_initial"
    NAME_TYPO = "name_typo"
    NAME_PART = "name_part"
    NAME_FAR = "name_far"


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as it is compared. Empty where the CRM says nothing."""

    name: Name
    phones: frozenset[str] = frozenset()
    """E.164, without extensions."""
    emails: frozenset[str] = frozenset()
    position: str = ""


@dataclass(frozen=True, slots=True)
class PersonEvidence:
    """One thing that was found, how much it weighs, and what is shared."""

    clue: PersonClue
    weight: float
    what: str = ""


@dataclass(frozen=True, slots=True)
class PersonVerdict:
    """Whether two contacts are one person, how much speaks for it, and what that is."""

    answer: Answer
    """The same, a question, or different."""
    weight: float
    evidence: tuple[PersonEvidence, ...]

    @property
    def is_likely(self) -> bool:
        """Whether a person who is asked should rather say yes."""
        return self.weight >= LIKELY_FROM


class Shared(Protocol):
    """How many people of one source carry something: of the source where they are most."""

    def carriers(self, clue: PersonClue, what: str) -> int:
        """Of an e-mail or a phone; two may be one person who was entered twice."""


_NAMES = {
    Like.EQUAL: (PersonClue.NAME_EQUAL, 2.5),
    Like.INITIAL: (PersonClue.NAME_INITIAL, 1.5),
    Like.TYPO: (PersonClue.NAME_TYPO, 1.5),
    Like.PART: (PersonClue.NAME_PART, -2.5),
    Like.FAR: (PersonClue.NAME_FAR, -5.0),
}
"""People's names are like in these ways alone."""
_ACCOUNT = PersonClue.ACCOUNT, 2.0
_ACCOUNTS = {
    Answer.SAME: _ACCOUNT,
    Answer.NUMBER: _ACCOUNT,
    Answer.BRANCH: _ACCOUNT,
    Answer.TWICE: _ACCOUNT,
    Answer.ASK: (PersonClue.ACCOUNT_MAYBE, 0.5),
    Answer.DIFFERENT: (PersonClue.ACCOUNT_OTHER, -1.5),
}
_OTHER = -1.0
"""Both have one and none in common: people have several."""
_ONE_NAME = frozenset({PersonClue.NAME_EQUAL, PersonClue.NAME_INITIAL, PersonClue.NAME_TYPO})
_REACHED = frozenset({PersonClue.EMAIL, PersonClue.PHONE})
_REACHES = 1.0
"""What so many share that it weighs less proves nothing alone."""


def person(
    name: str, *, phones: Sequence[str] = (), emails: Sequence[str] = (), position: str = ""
) -> Person:
    """What a CRM says of a contact, in the form that is compared."""
    return Person(
        name=person_name(name),
        phones=frozenset(found for one in phones if (found := phone_number(one))),
        emails=frozenset(found for one in emails if (found := mail_address(one))),
        position=" ".join(folded(position)),
    )


def compare_people(
    one: Person, other: Person, shared: Shared, accounts: Answer | None
) -> list[PersonEvidence]:
    """All that speaks for and against two contacts being one person.

    Args:
        accounts: what the companies are that the two belong to; None where one has none.
    """
    return [
        *_name(one, other),
        *_any(PersonClue.EMAIL, 4.0, one.emails, other.emails, shared),
        *_any(PersonClue.PHONE, 3.5, one.phones, other.phones, shared),
        *([PersonEvidence(*_ACCOUNTS[accounts])] if accounts else ()),
        *_position(one, other),
    ]


def judge_people(evidence: Sequence[PersonEvidence]) -> PersonVerdict:
    """Say whether two contacts are one: never by the name alone, never with another name."""
    weight = sum(found.weight for found in evidence)
    weights = {found.clue: found.weight for found in evidence}
    is_reached = any(weights[clue] >= _REACHES for clue in weights.keys() & _REACHED)
    if weights.keys() & _ONE_NAME and is_reached and weight >= SAME_FROM:
        answer = Answer.SAME
    else:
        answer = Answer.ASK if weight >= ASK_FROM else Answer.DIFFERENT
    return PersonVerdict(answer, weight, tuple(evidence))


def _name(one: Person, other: Person) -> Iterator[PersonEvidence]:
    if one.name.core and other.name.core:
        yield PersonEvidence(*_NAMES[alike(one.name, other.name)])


def _any(
    clue: PersonClue, weight: float, one: frozenset[str], other: frozenset[str], shared: Shared
) -> Iterator[PersonEvidence]:
    """What both have of a kind; it counts once, by what fewest share."""
    if one & other:
        count, what = min((shared.carriers(clue, each), each) for each in one & other)
        yield PersonEvidence(clue, max(weight - 1.2 * log(max(count - 1, 1)), 0.0), what)
    elif one and other:
        yield PersonEvidence(PersonClue(f"{clue}_other"), _OTHER)


def _position(one: Person, other: Person) -> Iterator[PersonEvidence]:
    if one.position and other.position:
        is_same = one.position == other.position
        clue = PersonClue.POSITION if is_same else PersonClue.POSITION_OTHER
        yield PersonEvidence(clue, 0.3 if is_same else -0.3)
