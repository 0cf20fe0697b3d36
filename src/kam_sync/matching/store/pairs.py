"""Reads and writes pairs and decisions, and follows them from company to company."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import orjson
import sqlalchemy as sa

from kam_sync.base.db import LISTED, Session, copy_rows, listed, table_of
from kam_sync.matching.grouping import IN_CRM, SAID, Company, Pair
from kam_sync.matching.judging import Answer, Verdict
from kam_sync.matching.model import Says
from kam_sync.matching.people import PersonVerdict
from kam_sync.matching.store.holding import HOLDING, MAIN
from kam_sync.matching.store.listing import LISTED_PAIRS, listed_pairs
from kam_sync.matching.store.tables import PairRow, PersonPairRow

_COLUMNS = (
    "one_source_id", "one_id", "other_source_id", "other_id", "answer", "weight", "is_doubtful",
    "evidence",
)  # fmt: skip
_FORGET = """
    DELETE FROM {pair} m USING {listed}
    WHERE (m.one_source_id = k.source_id AND m.one_id = k.external_id)
        OR (m.other_source_id = k.source_id AND m.other_id = k.external_id)
"""
_PAIRS_OF = """
    SELECT m.one_source_id, m.one_id, m.other_source_id, m.other_id, m.answer, m.weight
    FROM {pair} m JOIN {listed}
        ON m.one_source_id = k.source_id AND m.one_id = k.external_id
    WHERE m.answer IN ('same', 'number', 'branch', 'twice')
    UNION
    SELECT m.one_source_id, m.one_id, m.other_source_id, m.other_id, m.answer, m.weight
    FROM {pair} m JOIN {listed}
        ON m.other_source_id = k.source_id AND m.other_id = k.external_id
    WHERE m.answer IN ('same', 'number', 'branch', 'twice')
"""
_MERGED_IN_CRM = """
    SELECT r.source_id, r.external_id, r.merged_into FROM raw_record r JOIN {listed}
        ON r.source_id = k.source_id AND r.external_id = k.external_id
    WHERE r.noun = '{noun}' AND r.merged_into IS NOT NULL
    UNION
    SELECT r.source_id, r.external_id, r.merged_into FROM raw_record r JOIN {listed}
        ON r.source_id = k.source_id AND r.merged_into = k.external_id
    WHERE r.noun = '{noun}' AND r.merged_into IS NOT NULL
"""
_EVIDENCE = """
    SELECT m.one_source_id, m.one_id, m.other_source_id, m.other_id, m.evidence
    FROM {pair} m
    JOIN {pairs_listed}
        ON (m.one_source_id, m.one_id, m.other_source_id, m.other_id) = (p.a, p.b, p.c, p.d)
"""
_MARK = """
    UPDATE {pair} m SET is_doubtful = NOT m.is_doubtful
    FROM {listed}
    WHERE m.one_source_id = k.source_id AND m.one_id = k.external_id
        AND m.answer IN ('same', 'number')
        AND m.is_doubtful <> EXISTS (
            SELECT FROM {pairs_listed}
            WHERE (m.one_source_id, m.one_id, m.other_source_id, m.other_id) = (p.a, p.b, p.c, p.d))
"""


class PairStore:
    """Pairs of companies, and decisions about them."""

    _row: type[Any] = PairRow
    _names: ClassVar = {"pair": "match_pair", "decision": "match_decision", "noun": "company"}

    def __init__(self, session: Session) -> None:
        self._session = session

    def replace(
        self, companies: Collection[Company], found: Iterable[tuple[Pair, Verdict | PersonVerdict]]
    ) -> None:
        """Forget all pairs of companies, and keep these."""
        self._session.execute(self._sql(_FORGET), listed(companies))
        rows = ((*one, *other, *_told(verdict)) for (one, other), verdict in found)
        copy_rows(self._session, table_of(self._row), _COLUMNS, rows)

    def partners(self, companies: Collection[Company]) -> set[Company]:
        """All that are in a pair with companies now."""
        found = self._session.execute(self._sql(_PAIRS_OF), listed(companies))
        return {one for a, b, c, d, *_ in found for one in ((a, b), (c, d))}

    def reach(self, companies: Collection[Company]) -> "Reach":
        """All that companies are bound to by pairs, decisions and merges, however far away."""
        found, fresh = Reach(), set(companies)
        while fresh:
            found.companies |= fresh
            values = listed(fresh)
            pairs = self._session.execute(self._sql(_PAIRS_OF), values)
            for one_source, one, other_source, other, answer, weight in pairs:
                pair = (one_source, one), (other_source, other)
                found.kind(answer)[pair] = weight
            for said in self._session.execute(self._sql(HOLDING), values):
                pair = (said.one_source_id, said.one_id), (said.other_source_id, said.other_id)
                (found.together if said.says == Says.TOGETHER else found.apart).add(pair)
            for source, gone, into in self._session.execute(self._sql(_MERGED_IN_CRM), values):
                if gone != into:
                    found.merged.add(ordered((source, gone), (source, into)))
            bound = {
                *found.same, *found.by_number, *found.branches, *found.twice, *found.merged,
                *found.together,
            }  # fmt: skip
            fresh = {one for pair in bound for one in pair} - found.companies
        return found

    def mark_doubtful(self, companies: Collection[Company], doubtful: Collection[Pair]) -> None:
        """Say of which pairs of companies a person is asked although they look like one."""
        values = {**listed(companies), **listed_pairs(doubtful)}
        self._session.execute(self._sql(_MARK), values)

    def evidence(self, pairs: Collection[Pair]) -> dict[Pair, list[dict[str, Any]]]:
        """What speaks for pairs."""
        found = self._session.execute(self._sql(_EVIDENCE), listed_pairs(pairs))
        return {((a, b), (c, d)): evidence for a, b, c, d, evidence in found}

    def asked_between(self, some: Collection[Company], others: Collection[Company]) -> Pair | None:
        """The pair by which a person is asked of two accounts, or of two people; else None."""
        row = self._row
        one = sa.tuple_(row.one_source_id, row.one_id)
        other = sa.tuple_(row.other_source_id, row.other_id)
        across = sa.or_(
            sa.and_(one.in_(some), other.in_(others)), sa.and_(one.in_(others), other.in_(some))
        )
        ends = (row.one_source_id, row.one_id, row.other_source_id, row.other_id)
        query = (
            sa.select(*ends)
            .where(across, row.answer.in_((Answer.ASK, Answer.TWICE)) | row.is_doubtful)
            .order_by(row.weight.desc(), *ends)
            .limit(1)
        )
        found = self._session.execute(query).first()
        return found and ((found[0], found[1]), (found[2], found[3]))

    def _sql(self, text: str) -> sa.TextClause:
        lists = {"main": MAIN, "listed": LISTED, "pairs_listed": LISTED_PAIRS}
        return sa.text(text.format(**self._names, **lists))


class PersonPairStore(PairStore):
    """Pairs of contacts, and decisions about them."""

    _row = PersonPairRow
    _names: ClassVar = {"pair": "person_pair", "decision": "person_decision", "noun": "contact"}


@dataclass(slots=True)
class Reach:
    """Companies or contacts, and all that binds them or holds them apart."""

    companies: set[Company] = field(default_factory=set)
    same: dict[Pair, float] = field(default_factory=dict)
    by_number: dict[Pair, float] = field(default_factory=dict)
    """One by the INN alone."""
    branches: dict[Pair, float] = field(default_factory=dict)
    twice: dict[Pair, float] = field(default_factory=dict)
    """What stands twice in one CRM; as branches, not joined unless a person says so."""
    merged: set[Pair] = field(default_factory=set)
    """In the CRM."""
    together: set[Pair] = field(default_factory=set)
    apart: set[Pair] = field(default_factory=set)

    def kind(self, answer: Answer) -> dict[Pair, float]:
        """The pairs that are kept for an answer, with the weight of each."""
        match answer:
            case Answer.SAME:
                return self.same
            case Answer.NUMBER:
                return self.by_number
            case Answer.BRANCH:
                return self.branches
            case _:
                return self.twice

    @property
    def said(self) -> dict[Pair, float]:
        """Pairs that are one by the CRM, unless a person parts them, or by a person's word."""
        return dict.fromkeys(self.merged - self.apart, IN_CRM) | dict.fromkeys(self.together, SAID)


def ordered(one: Company, other: Company) -> Pair:
    """Two companies as a pair."""
    return (one, other) if one < other else (other, one)


def _told(verdict: Verdict | PersonVerdict) -> tuple[str, float, bool, str]:
    evidence = [
        {"clue": one.clue.value, "weight": round(one.weight, 2), "what": one.what}
        for one in verdict.evidence
    ]
    return verdict.answer.value, round(verdict.weight, 3), False, orjson.dumps(evidence).decode()
