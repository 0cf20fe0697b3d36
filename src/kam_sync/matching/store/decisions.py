"""What people decided, and what they are asked: pairs ranked by the money that hangs on them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Generic, TypeVar

import sqlalchemy as sa
from sqlmodel import select

from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere, Outdated
from kam_sync.matching.grouping import Company, Pair
from kam_sync.matching.model import Act, Decision, Question, Says, Waiting
from kam_sync.matching.store.tables import DecisionRow

Key = tuple[int, Decimal, float, int, str, int, str]
"""Where a question stands in the order: place of its currency, money, weight, the companies."""

_ASKED = """
    WITH apart AS (
        SELECT least(one.account_id, other.account_id) AS one_account,
            greatest(one.account_id, other.account_id) AS other_account
        FROM match_decision d
        JOIN account_link one ON one.source_id = d.one_source_id
            AND one.company_external_id = d.one_id
        JOIN account_link other ON other.source_id = d.other_source_id
            AND other.company_external_id = d.other_id
        WHERE d.undone_at IS NULL AND d.says = 'apart'
    ), question AS (
        SELECT DISTINCT ON (least(one.account_id, other.account_id),
                greatest(one.account_id, other.account_id))
            m.*, one.account_id AS one_account, other.account_id AS other_account
        FROM match_pair m
        JOIN account_link one ON one.source_id = m.one_source_id
            AND one.company_external_id = m.one_id
        JOIN account_link other ON other.source_id = m.other_source_id
            AND other.company_external_id = m.other_id
        WHERE (m.answer IN ('ask', 'twice') OR m.is_doubtful)
            AND one.account_id <> other.account_id
            AND (least(one.account_id, other.account_id), greatest(one.account_id,
                other.account_id)) NOT IN (SELECT one_account, other_account FROM apart)
        ORDER BY least(one.account_id, other.account_id),
            greatest(one.account_id, other.account_id), m.weight DESC, 1, 2, 3, 4
    )
"""
"""Of two accounts the pair of companies for which most speaks."""
_COUNT = "{asked} SELECT count(*) FROM (SELECT FROM question LIMIT :most) found"
_QUESTIONS = """
    {asked}, money AS (
        SELECT l.account_id, d.currency, sum(d.amount) AS amount, count(*) AS deals
        FROM (SELECT one_account AS id FROM question UNION SELECT other_account FROM question) a
        JOIN account_link l ON l.account_id = a.id
        JOIN deal d ON d.source_id = l.source_id AND d.company_external_id = l.company_external_id
        WHERE NOT d.is_deleted AND d.outcome <> 'lost' AND d.currency IS NOT NULL
        GROUP BY l.account_id, d.currency HAVING sum(d.amount) > 0
    ), used AS (
        SELECT currency, row_number() OVER (ORDER BY sum(deals) DESC, currency) AS place
        FROM money GROUP BY currency
    ), worth AS (
        SELECT DISTINCT ON (q.one_source_id, q.one_id, q.other_source_id, q.other_id)
            q.one_source_id, q.one_id, q.other_source_id, q.other_id, u.place, u.currency,
            sum(m.amount) AS amount
        FROM question q
        CROSS JOIN LATERAL (SELECT q.one_account UNION SELECT q.other_account) a(id)
        JOIN money m ON m.account_id = a.id JOIN used u USING (currency)
        GROUP BY q.one_source_id, q.one_id, q.other_source_id, q.other_id, u.place, u.currency
        ORDER BY 1, 2, 3, 4, u.place
    ), ranked AS (
        SELECT q.one_source_id, q.one_id, q.other_source_id, q.other_id, q.answer, q.weight,
            q.is_doubtful, q.evidence, q.one_account AS one_account_id,
            q.other_account AS other_account_id, {more}
            coalesce(w.place, :last) AS place, w.currency, coalesce(w.amount, 0) AS money
        FROM question q LEFT JOIN worth w USING (one_source_id, one_id, other_source_id, other_id)
    )
    SELECT * FROM ranked
    WHERE CAST(:place AS int) IS NULL OR (place, -money, -weight, one_source_id, one_id,
        other_source_id, other_id) > (CAST(:place AS int), -CAST(:money AS numeric),
        -CAST(:weight AS float8), CAST(:a AS int), CAST(:b AS text), CAST(:c AS int),
        CAST(:d AS text))
    ORDER BY place, -money, -weight, 1, 2, 3, 4
    LIMIT :limit
"""
"""There are no exchange rates: of each question the money in one currency counts, the one of most
deals that it has any in, and those of the currency of most deals come first."""
_WITHOUT_MONEY = 1_000
"""The place behind those of all currencies."""
_ACTS = """
    WITH said AS (
        SELECT *, first_value(says) OVER act AS what, row_number() OVER act AS place
        FROM {decision}
        WHERE CAST(:id AS int) IS NULL
            OR (by, at, note) = (SELECT by, at, note FROM {decision} WHERE id = :id)
        WINDOW act AS (PARTITION BY by, at, note ORDER BY id)
    )
    SELECT min(id) AS id, says, by, at, note,
        CASE WHEN bool_and(undone_at IS NOT NULL)
            THEN (array_agg(undone_by ORDER BY undone_at DESC))[1] END AS undone_by,
        CASE WHEN bool_and(undone_at IS NOT NULL) THEN max(undone_at) END AS undone_at,
        json_agg(json_build_array(one_source_id, one_id, other_source_id, other_id)
            ORDER BY id) AS pairs
    FROM said WHERE says = what AND (says = 'apart' OR place = 1)
    GROUP BY says, by, at, note
    HAVING min(id) < :before ORDER BY 1 DESC LIMIT :limit
"""
"""An act is all that one person said at one moment. The first decision says what was done, to be
apart or together; that others stay together only holds what would have fallen apart by it."""
_MOST_ID = 2**31 - 1


Asked = TypeVar("Asked", bound=Waiting)


class Decisions(Generic[Asked]):
    """Decisions and questions about one kind of records: which one, a subclass says."""

    _row: Any
    _question: type[Asked]
    _names: ClassVar[Mapping[str, str]]
    """The table of decisions, the query of questions, and what it has beside accounts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def questions(self, *, after: Key | None = None, limit: int) -> list[Asked]:
        """What may be one, by a pair of records for which most speaks, the most money first.

        Money is what deals that are not lost come to in both accounts, in one currency: that of
        most deals, and where they have none in it, that of most other deals.
        """
        names = ("place", "money", "weight", "a", "b", "c", "d")
        values = dict(zip(names, after or (None,) * len(names), strict=True))
        values |= {"last": _WITHOUT_MONEY, "limit": limit}
        found = self._session.execute(self._sql(_QUESTIONS), values)
        return [self._question.model_validate(dict(row)) for row in found.mappings()]

    def count(self, *, most: int) -> int:
        """How many pairs wait for a person; no more than `most` are counted."""
        return self._session.scalar(self._sql(_COUNT), {"most": most}) or 0

    def acts(self, *, before: int = _MOST_ID, limit: int) -> list[Act]:
        """What people did, the latest first, also what was undone; `before` is the id of an act."""
        return self._acts(before, None, limit)

    def act(self, decision_id: int) -> Act:
        """The act that a decision is a part of, or NotHere."""
        found = self._acts(_MOST_ID, decision_id, 1)
        if not found:
            raise NotHere(f"decision {decision_id}: no such decision")
        return found[0]

    def add(self, pair: Pair, says: Says, *, by: str, note: str, now: datetime) -> int:
        """Keep what a person decided; an earlier word about the same pair is taken back."""
        self._take_back(self._about(pair), by, now)
        row = self._row(
            one_source_id=pair[0][0], one_id=pair[0][1], other_source_id=pair[1][0],
            other_id=pair[1][1], says=says, by=by, at=now, note=note,
        )  # fmt: skip
        self._session.add(row)
        self._session.flush()
        decision_id: int = row.id
        return decision_id

    def alone(self, pair: Pair, says: Says) -> int | None:
        """The id of the decision that says this of a pair, and of it alone, and still holds."""
        row = self._row
        holds = sa.and_(self._about(pair), row.says == says, row.undone_at.is_(None))
        found: int | None = self._session.scalar(select(row.id).where(holds))
        is_alone = found is not None and [len(side) for side in self.act(found).sides] == [1, 1]
        return found if is_alone else None

    def take_back(self, decision_id: int, *, by: str, now: datetime) -> set[Company]:
        """Undo a decision and all that was said with it; what it had taken back holds again.

        Returns:
            The companies that all of this is about.

        Raises:
            NotHere: there is no such decision.
            Outdated: nothing of it holds.
        """
        act = self.act(decision_id)
        if act.undone_at is not None:
            raise Outdated(f"decision {decision_id}: it was taken back already by {act.undone_by}")
        row = self._row
        self._session.execute(
            sa.update(row)  # also what a later one took back, or that would bring it again
            .where(row.by == act.by, row.at == act.at, row.note == act.note)
            .values(undone_by=by, undone_at=now)
        )
        again = self._session.execute(
            sa.update(row)
            .where(row.undone_by == act.by, row.undone_at == act.at, row.id < act.id)
            .values(undone_by=None, undone_at=None)
            .returning(row.one_source_id, row.one_id, row.other_source_id, row.other_id)
        )
        found = {company for side in act.sides for company in side}
        for one_source, one, other_source, other in again:
            found |= {(one_source, one), (other_source, other)}
        return found

    def take_back_between(
        self, some: Collection[Company], others: Collection[Company], says: Says, *, by: str,
        now: datetime,
    ) -> None:  # fmt: skip
        """Undo what was said of companies on both sides of a cut."""
        row = self._row
        one, other = _ends(row)
        across = sa.or_(
            sa.and_(one.in_(some), other.in_(others)), sa.and_(one.in_(others), other.in_(some))
        )
        self._take_back(sa.and_(row.says == says, across), by, now)

    def all(self, companies: Collection[Company] | None = None, *, limit: int) -> list[Decision]:
        """Decisions, the latest first, also those that were undone; of some companies or of all."""
        row = self._row
        query = select(row).order_by(row.id.desc()).limit(limit)
        if companies is not None:
            one, other = _ends(row)
            query = query.where(one.in_(companies) | other.in_(companies))
        return list(self._session.scalars(query))

    def _acts(self, before: int, decision_id: int | None, limit: int) -> list[Act]:
        values = {"before": before, "id": decision_id, "limit": limit}
        found = self._session.execute(self._sql(_ACTS), values).mappings()
        return [Act.of(**row) for row in found]

    def _about(self, pair: Pair) -> sa.ColumnElement[bool]:
        one, other = _ends(self._row)
        return sa.and_(one == sa.tuple_(*pair[0]), other == sa.tuple_(*pair[1]))

    def _take_back(self, which: sa.ColumnElement[bool], by: str, now: datetime) -> None:
        self._session.execute(
            sa.update(self._row)
            .where(which, self._row.undone_at.is_(None))
            .values(undone_by=by, undone_at=now)
        )

    def _sql(self, text: str) -> sa.TextClause:
        return sa.text(text.format(**self._names))


class DecisionStore(Decisions[Question]):
    """Of companies, and the accounts that they belong to."""

    _row = DecisionRow
    _question = Question
    _names: ClassVar = {"decision": "match_decision", "asked": _ASKED, "more": ""}


def _ends(row: Any) -> tuple[Any, Any]:
    return sa.tuple_(row.one_source_id, row.one_id), sa.tuple_(row.other_source_id, row.other_id)
