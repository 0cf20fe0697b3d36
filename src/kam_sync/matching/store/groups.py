"""Keeps what people said of parents, and reads groups: an account with all that is below it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from kam_sync.base.db import Session
from kam_sync.matching.grouping import Company
from kam_sync.matching.model import Member, ParentSaid
from kam_sync.matching.store.tables import ParentDecisionRow, ParentRow

_MEMBERS = """
    WITH RECURSIVE member AS (
        SELECT a.id, 0 AS depth, ARRAY[]::text[] AS place FROM account a WHERE a.id = :account
        UNION ALL
        SELECT a.id, m.depth + 1, m.place || ARRAY[a.name, a.id::text]
        FROM member m JOIN account_parent p ON p.parent_id = m.id
        JOIN account a ON a.id = p.account_id
    )
    SELECT m.id, a.name, a.inn, a.kpp, a.is_active, m.depth, p.parent_id, p.decision_id, d.by, d.at
    FROM member m JOIN account a ON a.id = m.id
    LEFT JOIN account_parent p ON p.account_id = m.id
    LEFT JOIN parent_decision d ON d.id = p.decision_id
    ORDER BY m.place LIMIT :limit
"""
_DECISIONS = """
    SELECT p.account_id AS parent_id, a.name AS parent_name, d.by, d.at, d.note, d.undone_by,
        d.undone_at
    FROM account_link l
    JOIN parent_decision d ON d.source_id = l.source_id AND d.company_id = l.company_external_id
    LEFT JOIN account_link p ON p.source_id = d.parent_source_id
        AND p.company_external_id = d.parent_company_id
    LEFT JOIN account a ON a.id = p.account_id
    WHERE l.account_id = :account
    ORDER BY d.id DESC LIMIT :limit
"""


class GroupStore:
    """Decisions about parents, and groups."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def parent(self, account_id: UUID) -> UUID | None:
        """The account that one belongs to."""
        query = sa.select(col(ParentRow.parent_id)).where(col(ParentRow.account_id) == account_id)
        return self._session.scalar(query)

    def children(self, account_id: UUID) -> int:
        """How many accounts belong to one."""
        query = sa.select(sa.func.count()).where(col(ParentRow.parent_id) == account_id)
        return self._session.scalar(query) or 0

    def has_children(self, account_id: UUID) -> bool:
        """Whether an account is the head of a group."""
        children = sa.exists().where(col(ParentRow.parent_id) == account_id)
        return bool(self._session.scalar(sa.select(children)))

    def members(self, account_id: UUID, *, limit: int) -> list[Member]:
        """An account, which comes first, and all below it: behind their parent, by name."""
        values = {"account": account_id, "limit": limit}
        found = self._session.execute(sa.text(_MEMBERS), values)
        return [Member.model_validate(dict(row)) for row in found.mappings()]

    def add(
        self, company: Company, parent: Company | None, *, by: str, note: str, now: datetime
    ) -> int:
        """Keep what a person decided of a company; an earlier word about it is taken back."""
        row: Any = ParentDecisionRow
        about = sa.tuple_(row.source_id, row.company_id) == sa.tuple_(*company)
        self._take_back(about, by, now)
        source, key = parent or (None, None)
        new = ParentDecisionRow(
            source_id=company[0], company_id=company[1], parent_source_id=source,
            parent_company_id=key, by=by, at=now, note=note,
        )  # fmt: skip
        self._session.add(new)
        self._session.flush()
        return new.id

    def take_back(self, account_id: UUID, *, by: str, now: datetime) -> bool:
        """Undo all that people said of the parent of an account; False where they said nothing."""
        return self._take_back(_of_account(account_id), by, now)

    def decisions(self, account_id: UUID, *, limit: int) -> list[ParentSaid]:
        """What people said of an account, the latest first, also what was taken back."""
        values = {"account": account_id, "limit": limit}
        found = self._session.execute(sa.text(_DECISIONS), values)
        return [ParentSaid.model_validate(dict(row)) for row in found.mappings()]

    def _take_back(self, which: sa.ColumnElement[bool], by: str, now: datetime) -> bool:
        undo = (
            sa.update(ParentDecisionRow)
            .where(which, col(ParentDecisionRow.undone_at).is_(None))
            .values(undone_by=by, undone_at=now)
        )
        undone: Any = self._session.execute(undo)
        return bool(undone.rowcount)


def _of_account(account_id: UUID) -> sa.ColumnElement[bool]:
    row: Any = ParentDecisionRow
    link = sa.table(
        "account_link", sa.column("source_id"), sa.column("company_external_id"),
        sa.column("account_id", sa.Uuid()),
    )  # fmt: skip
    companies = sa.select(link.c.source_id, link.c.company_external_id)
    of_account = companies.where(link.c.account_id == account_id)
    return sa.tuple_(row.source_id, row.company_id).in_(of_account)
