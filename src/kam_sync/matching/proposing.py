"""What speaks for two accounts, or people, being one: for who thinks so where nobody asks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from kam_sync.base.db import Session
from kam_sync.matching import people_showing, people_step, showing, step
from kam_sync.matching.deciding import companies_of
from kam_sync.matching.grouping import Company, Pair
from kam_sync.matching.judging import Verdict
from kam_sync.matching.model import Decision, PersonQuestion, Question, Says
from kam_sync.matching.people import PersonVerdict
from kam_sync.matching.store import (
    Decisions,
    DecisionStore,
    HintStore,
    KeyStore,
    PersonDecisionStore,
    PersonKeyStore,
    PersonStore,
    ordered,
)

_MOST = 30
"""So many companies or contacts of each are compared, the first ones."""

Asked = TypeVar("Asked")


@dataclass(frozen=True, slots=True)
class Proposed(Generic[Asked]):
    """Two accounts or people as a question, the first one on the first side."""

    asked: Asked
    apart: Decision | None
    """What a person said against it last and what a merge takes back."""


def propose(session: Session, one: UUID, other: UUID) -> Proposed[showing.Asked]:
    """Compare two accounts by the two of their companies for which most speaks.

    Raises:
        NotHere: there is no such account.
        Outdated: one of them belongs to the other already, or to a third.
    """
    left, right = companies_of(session, one), companies_of(session, other)
    keys, some, others = KeyStore(session), left[:_MOST], right[:_MOST]
    of, common = keys.companies([*some, *others]), keys.common(some)
    hints = HintStore(session).of(some)
    (first, second), verdict = _closest(
        {pair: step.judged(pair, of, common, hints) for pair in _pairs(some, others)}
    )
    whose = dict.fromkeys(left, one) | dict.fromkeys(right, other)
    question = Question(
        **_told((first, second), verdict), answer=verdict.answer,
        one_account_id=whose[first], other_account_id=whose[second],
    )  # fmt: skip
    (shown,) = showing.asked(session, [question])
    return Proposed(shown.seen_from(one), _apart(DecisionStore(session), left, right))


def propose_people(session: Session, one: UUID, other: UUID) -> Proposed[people_showing.Asked]:
    """Compare two people by the two of their contacts for which most speaks.

    Raises:
        NotHere: there is no such person, or the contacts are another's by now.
    """
    left, right = (PersonStore(session).contacts_of(person) for person in (one, other))
    keys, some, others = PersonKeyStore(session), left[:_MOST], right[:_MOST]
    of, shared = keys.people([*some, *others]), keys.common(some)
    companies = keys.companies({known.company for known in of.values() if known.company})
    (first, second), verdict = _closest(
        {
            (a, b): people_step.judged(of[a], of[b], shared, companies)
            for a, b in _pairs(some, others)
        }
    )
    whose = dict.fromkeys(left, one) | dict.fromkeys(right, other)
    question = PersonQuestion(
        **_told((first, second), verdict), answer=verdict.answer,
        one_person_id=whose[first], other_person_id=whose[second],
        one_account_id=of[first].account, other_account_id=of[second].account,
    )  # fmt: skip
    (shown,) = people_showing.asked(session, [question])
    return Proposed(shown.seen_from(one), _apart(PersonDecisionStore(session), left, right))


_Judged = TypeVar("_Judged", Verdict, PersonVerdict)


def _pairs(some: Sequence[Company], others: Sequence[Company]) -> list[Pair]:
    return [ordered(one, other) for one in some for other in others]


def _closest(verdicts: Mapping[Pair, _Judged]) -> tuple[Pair, _Judged]:
    """The pair for which most speaks, and what it is."""
    best = max(verdicts, key=lambda pair: verdicts[pair].weight)
    return best, verdicts[best]


def _told(pair: Pair, verdict: Verdict | PersonVerdict) -> dict[str, Any]:
    """A pair as a question that no money ranks."""
    (one_source, one), (other_source, other) = pair
    return {
        "one_source_id": one_source, "one_id": one,
        "other_source_id": other_source, "other_id": other, "weight": verdict.weight,
        "evidence": [
            {"clue": found.clue, "weight": found.weight, "what": found.what}
            for found in verdict.evidence
        ],
        "money": Decimal(), "currency": None, "place": 0,
    }  # fmt: skip


def _apart(
    store: Decisions[Any], left: Collection[Company], right: Collection[Company]
) -> Decision | None:
    """The latest decision that holds companies or contacts of both apart."""
    apart = store.holding(left, Says.APART)
    between = (said for pair, said in apart.items() if not set(right).isdisjoint(pair))
    return max(between, key=lambda said: said.at, default=None)
