"""What speaks for two accounts being one that nobody asks about: for who thinks that they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from kam_sync.base.db import Session
from kam_sync.matching.deciding import companies_of
from kam_sync.matching.grouping import Company, Pair
from kam_sync.matching.judging import Verdict
from kam_sync.matching.model import Decision, Question, Says
from kam_sync.matching.showing import Asked, asked
from kam_sync.matching.step import judged
from kam_sync.matching.store import DecisionStore, HintStore, KeyStore, ordered

_MOST = 30
"""So many companies of each account are compared, the first ones."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """Two accounts as a question, that of the first one on the first side."""

    asked: Asked
    apart: Decision | None
    """What a person said against it last and what a merge takes back."""


def propose(session: Session, one: UUID, other: UUID) -> Proposed:
    """Compare two accounts by the two of their companies for which most speaks.

    Raises:
        NotHere: there is no such account.
        Outdated: one of them belongs to the other already, or to a third.
    """
    left, right = companies_of(session, one), companies_of(session, other)
    best, verdict = _closest(session, left[:_MOST], right[:_MOST])
    of = dict.fromkeys(left, one) | dict.fromkeys(right, other)
    first, second = best
    question = Question(
        one_source_id=first[0], one_id=first[1], one_account_id=of[first],
        other_source_id=second[0], other_id=second[1], other_account_id=of[second],
        answer=verdict.answer, weight=verdict.weight,
        evidence=[
            {"clue": found.clue, "weight": found.weight, "what": found.what}
            for found in verdict.evidence
        ],
        money=Decimal(), currency=None, place=0,
    )  # fmt: skip
    (shown,) = asked(session, [question])
    return Proposed(shown.seen_from(one), _apart(session, set(left), set(right)))


def _closest(
    session: Session, left: Sequence[Company], right: Sequence[Company]
) -> tuple[Pair, Verdict]:
    """The pair for which most speaks, and what it is."""
    keys = KeyStore(session)
    of, common, hints = (
        keys.companies([*left, *right]),
        keys.common(left),
        HintStore(session).of(left),
    )
    pairs = [ordered(one, other) for one in left for other in right]
    verdicts = {pair: judged(pair, of, common, hints) for pair in pairs}
    best = max(pairs, key=lambda pair: verdicts[pair].weight)
    return best, verdicts[best]


def _apart(session: Session, left: set[Company], right: set[Company]) -> Decision | None:
    """The latest decision that holds companies of both accounts apart."""
    for said in DecisionStore(session).all(left, limit=1_000):
        ends = {(said.one_source_id, said.one_id), (said.other_source_id, said.other_id)}
        if said.says is Says.APART and said.undone_at is None and ends & right:
            return said
    return None
