"""What people decided, and what they are asked: pairs ranked by the money that hangs on them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Generic, TypeVar

import sqlalchemy as sa
from sqlmodel import select

from kam_sync.base.db import LISTED, Session, listed
from kam_sync.base.errors import NotHere, Outdated
from kam_sync.matching.grouping import Company, Pair
from kam_sync.matching.model import Act, Decision, Question, Says, Waiting
from kam_sync.matching.store.holding import HOLDING, MAIN
from kam_sync.matching.store.listing import LISTED_PAIRS, listed_pairs
from kam_sync.matching.store.questions import ASKED, BY_INDEX_ALONE, COUNT, QUESTIONS
from kam_sync.matching.store.tables import DecisionRow

Key = tuple[int, Decimal, float, int, str, int, str]
"""Where a question stands in the order: place of its currency, money, weight, the companies."""

_WITHOUT_MONEY = 1_000
"""The place behind those of all currencies."""
_ACTS = """
    SELECT act_id AS id, says, by, at, note,
        CASE WHEN bool_and(undone_at IS NOT NULL)
            THEN (array_agg(undone_by ORDER BY undone_at DESC))[1] END AS undone_by,
        CASE WHEN bool_and(undone_at IS NOT NULL) THEN max(undone_at) END AS undone_at,
        json_agg(json_build_array(one_source_id, one_id, other_source_id, other_id)
            ORDER BY id) AS pairs
    FROM {decision} WHERE act_id IN ({which}) AND {main}
    GROUP BY act_id, says, by, at, note ORDER BY 1 DESC
"""
"""An act is all that one person said at one moment; it holds while any of what it was for does."""
_LATEST = """
    SELECT id FROM {decision} WHERE id = act_id AND id < :before ORDER BY id DESC LIMIT :limit
"""
_ACT_OF = "SELECT act_id FROM {decision} WHERE id = :id"
_SAID_BEFORE = """
    UPDATE {decision} d SET undone_by = :by, undone_at = :now FROM {pairs_listed}
    WHERE d.undone_at IS NULL
        AND (d.one_source_id, d.one_id, d.other_source_id, d.other_id) = (p.a, p.b, p.c, p.d)
"""
_ADD = """
    WITH new AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('{decision}', 'id')) AS id, p.*
        FROM {pairs_listed}
    ), added AS (
        INSERT INTO {decision} (id, act_id, one_source_id, one_id, other_source_id, other_id, says,
            by, at, note)
        SELECT id, coalesce(:act, min(id) OVER ()), a, b, c, d, :says, :by, :now, :note FROM new
        RETURNING act_id
    )
    SELECT min(act_id) FROM added
"""
_MOST_ID = 2**31 - 1


Asked = TypeVar("Asked", bound=Waiting)


class Decisions(Generic[Asked]):
    """Decisions and questions about one kind of records: which one, a subclass says."""

    _row: Any
    _question: type[Asked]
    _names: ClassVar[Mapping[str, str]]
    """The tables of decisions and of links, their columns, and the pairs that may be asked about.

    In a link `part` is the company or contact, `whole` the account or person."""

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
        asked = ASKED.format(**self._names)
        found = self._session.execute(self._sql(QUESTIONS, asked=asked), values)
        return [self._question.model_validate(dict(row)) for row in found.mappings()]

    def count(self, *, most: int) -> int:
        """How many questions wait; no more than `most` are counted, or a few less."""
        self._session.execute(sa.text(BY_INDEX_ALONE.format("off")))
        found = self._session.scalar(self._sql(COUNT), {"most": most})
        self._session.execute(sa.text(BY_INDEX_ALONE.format("on")))
        return found or 0

    def acts(self, *, before: int = _MOST_ID, limit: int) -> list[Act]:
        """What people did, the latest first, also what was undone; `before` is the id of an act."""
        return self._acts(_LATEST, before=before, limit=limit)

    def act(self, decision_id: int) -> Act:
        """The act that a decision is a part of, or NotHere."""
        found = self._acts(_ACT_OF, id=decision_id)
        if not found:
            raise NotHere(f"decision {decision_id}: no such decision")
        return found[0]

    def add(
        self, pairs: Collection[Pair], says: Says, *, by: str, note: str, now: datetime,
        act: int | None = None,
    ) -> int:  # fmt: skip
        """Keep what a person decided; earlier words about the same pairs are taken back.

        Args:
            act: what it is a part of; an act of its own where None is named.

        Returns:
            The id of the act, which is that of its first decision.
        """
        about = listed_pairs(pairs)
        self._session.execute(self._sql(_SAID_BEFORE), {**about, "by": by, "now": now})
        values = {**about, "act": act, "says": says.value, "by": by, "now": now, "note": note}
        return int(self._session.scalar(self._sql(_ADD), values) or 0)

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
            .where(row.act_id == act.id)
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

    def holding(self, companies: Collection[Company], says: Says) -> dict[Pair, Decision]:
        """What a person said of companies and others, to be one or two, as far as it holds."""
        found = self._session.execute(self._sql(HOLDING), listed(companies)).mappings()
        said = [Decision.model_validate(dict(one)) for one in found if one["says"] == says]
        return {((d.one_source_id, d.one_id), (d.other_source_id, d.other_id)): d for d in said}

    def _acts(self, which: str, **values: int) -> list[Act]:
        query = self._sql(_ACTS, which=which.format(**self._names))
        return [Act.of(**row) for row in self._session.execute(query, values).mappings()]

    def _about(self, pair: Pair) -> sa.ColumnElement[bool]:
        one, other = _ends(self._row)
        return sa.and_(one == sa.tuple_(*pair[0]), other == sa.tuple_(*pair[1]))

    def _take_back(self, which: sa.ColumnElement[bool], by: str, now: datetime) -> None:
        self._session.execute(
            sa.update(self._row)
            .where(which, self._row.undone_at.is_(None))
            .values(undone_by=by, undone_at=now)
        )

    def _sql(self, text: str, **more: str) -> sa.TextClause:
        more |= {"main": MAIN, "listed": LISTED, "pairs_listed": LISTED_PAIRS}
        return sa.text(text.format(**self._names, **more))


_PAIRS = """
    FROM match_pair m
    JOIN account_link one ON one.source_id = m.one_source_id
        AND one.company_external_id = m.one_id
    JOIN account_link other ON other.source_id = m.other_source_id
        AND other.company_external_id = m.other_id
    WHERE (m.answer IN ('ask', 'twice') OR m.is_doubtful) AND one.account_id <> other.account_id
"""
"""Pairs of two accounts that a person may be asked about."""


class DecisionStore(Decisions[Question]):
    """Of companies, and the accounts that they belong to."""

    _row = DecisionRow
    _question = Question
    _names: ClassVar = {
        "decision": "match_decision", "link": "account_link", "whole": "account_id",
        "part": "company_external_id", "more": "", "pairs": _PAIRS,
        "wholes": "one.account_id AS one_account, other.account_id AS other_account",
    }  # fmt: skip


def _ends(row: Any) -> tuple[Any, Any]:
    return sa.tuple_(row.one_source_id, row.one_id), sa.tuple_(row.other_source_id, row.other_id)
