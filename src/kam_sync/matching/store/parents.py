"""Reads what makes an account another's child, and writes the parents that follow from it."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from kam_sync.base.db import Session, merge, table_of
from kam_sync.matching.family import Office, Tie, Word
from kam_sync.matching.features import inn_number
from kam_sync.matching.store.tables import ParentRow

_KIN = """
    WITH RECURSIVE kin AS (
        SELECT unnest(CAST(:accounts AS uuid[])) AS account_id
        UNION
        SELECT near.account_id FROM kin CROSS JOIN LATERAL (
            SELECT o.account_id FROM account_link l
            JOIN match_pair m ON m.one_source_id = l.source_id
                AND m.one_id = l.company_external_id AND m.answer = 'branch'
            JOIN account_link o ON o.source_id = m.other_source_id
                AND o.company_external_id = m.other_id
            WHERE l.account_id = kin.account_id
            UNION ALL
            SELECT o.account_id FROM account_link l
            JOIN match_pair m ON m.other_source_id = l.source_id
                AND m.other_id = l.company_external_id AND m.answer = 'branch'
            JOIN account_link o ON o.source_id = m.one_source_id
                AND o.company_external_id = m.one_id
            WHERE l.account_id = kin.account_id
            UNION ALL
            SELECT o.account_id FROM account_link l
            JOIN parent_decision d ON d.source_id = l.source_id
                AND d.company_id = l.company_external_id AND d.undone_at IS NULL
            JOIN account_link o ON o.source_id = d.parent_source_id
                AND o.company_external_id = d.parent_company_id
            WHERE l.account_id = kin.account_id
            UNION ALL
            SELECT o.account_id FROM account_link l
            JOIN parent_decision d ON d.parent_source_id = l.source_id
                AND d.parent_company_id = l.company_external_id AND d.undone_at IS NULL
            JOIN account_link o ON o.source_id = d.source_id
                AND o.company_external_id = d.company_id
            WHERE l.account_id = kin.account_id
            UNION ALL
            SELECT p.parent_id FROM account_parent p WHERE p.account_id = kin.account_id
            UNION ALL
            SELECT p.account_id FROM account_parent p WHERE p.parent_id = kin.account_id
        ) near
    )
    SELECT account_id FROM kin
"""
_OFFICES = """
    SELECT l.account_id, c.inn, coalesce(regexp_replace(c.ogrn, '\\D', '', 'g'), ''),
        coalesce(regexp_replace(c.kpp, '\\D', '', 'g'), ''), c.is_deleted, l.seq
    FROM unnest(CAST(:accounts AS uuid[])) AS a(id)
    JOIN account_link l ON l.account_id = a.id
    JOIN company c ON c.source_id = l.source_id AND c.external_id = l.company_external_id
    WHERE EXISTS (SELECT FROM match_pair m WHERE m.answer = 'branch'
            AND m.one_source_id = l.source_id AND m.one_id = l.company_external_id)
        OR EXISTS (SELECT FROM match_pair m WHERE m.answer = 'branch'
            AND m.other_source_id = l.source_id AND m.other_id = l.company_external_id)
"""
_WORDS = """
    SELECT d.id, l.account_id, p.account_id
    FROM unnest(CAST(:accounts AS uuid[])) AS a(id)
    JOIN account_link l ON l.account_id = a.id
    JOIN parent_decision d ON d.source_id = l.source_id
        AND d.company_id = l.company_external_id AND d.undone_at IS NULL
    LEFT JOIN account_link p ON p.source_id = d.parent_source_id
        AND p.company_external_id = d.parent_company_id
    WHERE d.parent_source_id IS NULL OR p.account_id IS NOT NULL
    ORDER BY d.id
"""
_TIED = """
    SELECT account_id FROM account_parent UNION SELECT parent_id FROM account_parent
    UNION
    SELECT l.account_id FROM match_pair m JOIN account_link l
        ON l.source_id = m.one_source_id AND l.company_external_id = m.one_id
    WHERE m.answer = 'branch'
    UNION
    SELECT l.account_id FROM match_pair m JOIN account_link l
        ON l.source_id = m.other_source_id AND l.company_external_id = m.other_id
    WHERE m.answer = 'branch'
    UNION
    SELECT l.account_id FROM parent_decision d JOIN account_link l
        ON l.source_id = d.source_id AND l.company_external_id = d.company_id
    WHERE d.undone_at IS NULL
"""
_COLUMNS = ("account_id", "parent_id", "decision_id")


class ParentStore:
    """Parents, and what they follow from."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def kin(self, accounts: Collection[UUID]) -> set[UUID]:
        """These accounts and all that may be above or below them, however far away."""
        return set(self._session.scalars(sa.text(_KIN), {"accounts": list(accounts)}))

    def tied(self) -> set[UUID]:
        """All accounts that have a parent or children, or may have."""
        return set(self._session.scalars(sa.text(_TIED)))

    def offices(self, accounts: Collection[UUID]) -> list[Office]:
        """Their companies whose legal entity has others with another KPP."""
        found = self._session.execute(sa.text(_OFFICES), {"accounts": list(accounts)})
        return [Office(account, inn_number(inn) or "", *row) for account, inn, *row in found]

    def words(self, accounts: Collection[UUID]) -> list[Word]:
        """What people said of them and did not take back, the earliest first."""
        found = self._session.execute(sa.text(_WORDS), {"accounts": list(accounts)})
        return [Word(*row) for row in found]

    def parents(self, accounts: Collection[UUID]) -> dict[UUID, Tie]:
        """The parent of each of them that has one."""
        query = sa.select(
            col(ParentRow.account_id), col(ParentRow.parent_id), col(ParentRow.decision_id)
        ).where(_is_one_of(accounts))
        return {
            account: Tie(parent, decision)
            for account, parent, decision in self._session.execute(query)
        }

    def replace(self, accounts: Collection[UUID], ties: Mapping[UUID, Tie]) -> None:
        """Let accounts have these parents, and those that are not named none."""
        childless: Any = sa.delete(ParentRow).where(_is_one_of(set(accounts) - ties.keys()))
        self._session.execute(childless)
        if ties:
            rows = ((account, tie.parent, tie.decision_id) for account, tie in ties.items())
            merge(self._session, table_of(ParentRow), _COLUMNS, rows)


def _is_one_of(accounts: Collection[UUID]) -> sa.ColumnElement[bool]:
    listed = sa.literal(list(accounts), sa.ARRAY(sa.Uuid))
    return col(ParentRow.account_id) == sa.any_(listed)
