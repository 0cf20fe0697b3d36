"""Reads accounts, their companies and owners, and what could not be understood."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from kam_sync.accounts.model import Account, Company, Link, SetAside, User
from kam_sync.accounts.store.belonging import is_linked
from kam_sync.accounts.store.records import ROWS, Key
from kam_sync.accounts.store.tables import (
    AccountRow,
    CompanyRow,
    DealRow,
    LinkRow,
    SetAsideRow,
    UserRow,
)
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere

CompanyKey = tuple[int, str]
"""The source and the id of a company."""
_LOOKED_AFTER = sa.text("""
    SELECT source_id, external_id, count(*) FROM (
        SELECT DISTINCT ON (l.account_id) u.source_id, u.external_id
        FROM account_link l
        JOIN company c ON c.source_id = l.source_id AND c.external_id = l.company_external_id
        JOIN crm_user u ON u.source_id = c.source_id AND u.external_id = c.owner_external_id
        ORDER BY l.account_id, l.source_id, l.company_external_id
    ) AS responsible GROUP BY source_id, external_id
""")
"""Who is responsible for the first company of an account is for the account."""


class AccountStore:
    """Reads the account store."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def accounts(
        self,
        *,
        text: str = "",
        source_id: int | None = None,
        after: Key | None = None,
        limit: int,
    ) -> list[Account]:
        """Accounts by name, but those whose companies are in others now.

        `text` is a part of the name or a beginning of the INN.
        """
        query = select(AccountRow).where(col(AccountRow.merged_into).is_(None))
        query = query.order_by(col(AccountRow.name), col(AccountRow.id)).limit(limit)
        if source_id is not None:
            of_source = select(LinkRow.account_id).where(LinkRow.source_id == source_id)
            query = query.where(col(AccountRow.id).in_(of_source))
        if text:
            name = col(AccountRow.name).icontains(text, autoescape=True)
            inn = col(AccountRow.inn).startswith(text, autoescape=True)
            query = query.where(name | inn)
        if after:
            key = sa.tuple_(col(AccountRow.name), col(AccountRow.id))
            query = query.where(key > sa.tuple_(sa.literal(after[0]), sa.literal(UUID(after[1]))))
        return list(self._session.scalars(query))

    def account(self, account_id: UUID) -> Account:
        """One account, or NotHere."""
        found = self._session.get(AccountRow, account_id)
        if found is None:
            raise NotHere(f"account {account_id}: no such account")
        return found

    def by_ids(self, ids: Sequence[UUID]) -> dict[UUID, Account]:
        """The accounts of these ids."""
        query = select(AccountRow).where(col(AccountRow.id).in_(ids))
        return {row.id: row for row in self._session.scalars(query)}

    def standing(self, ids: Sequence[UUID]) -> dict[UUID, Account]:
        """The account that each of these is by now: itself, or the one it was merged into."""
        whole = aliased(AccountRow)
        stands = sa.func.coalesce(col(AccountRow.merged_into), col(AccountRow.id))
        query = sa.select(col(AccountRow.id), whole).join(whole, col(whole.id) == stands)
        query = query.where(col(AccountRow.id).in_(ids))
        return dict(self._session.execute(query).all())

    def names(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """The names of these accounts, but of those that were merged into others."""
        query = sa.select(col(AccountRow.id), col(AccountRow.name)).where(
            col(AccountRow.id).in_(ids), col(AccountRow.merged_into).is_(None)
        )
        return dict(self._session.execute(query).all())

    def links(self, account_id: UUID) -> list[Link]:
        """The companies of sources that the account is made of."""
        query = select(LinkRow).where(LinkRow.account_id == account_id)
        key = (col(LinkRow.source_id), col(LinkRow.company_external_id))
        return list(self._session.scalars(query.order_by(*key)))

    def sources(self, account_ids: Sequence[UUID]) -> dict[UUID, list[int]]:
        """The sources that accounts come from."""
        query = (
            sa.select(col(LinkRow.account_id), sa.func.array_agg(col(LinkRow.source_id).distinct()))
            .where(col(LinkRow.account_id).in_(account_ids))
            .group_by(col(LinkRow.account_id))
        )
        return {key: list(found) for key, found in self._session.execute(query)}

    def companies(self, account_ids: Sequence[UUID]) -> dict[UUID, list[Company]]:
        """The companies that accounts are made of; mostly one each."""
        query = (
            sa.select(col(LinkRow.account_id), CompanyRow)
            .join(CompanyRow, is_linked(CompanyRow.source_id, CompanyRow.external_id))
            .where(col(LinkRow.account_id).in_(account_ids))
            .order_by(col(LinkRow.source_id), col(LinkRow.company_external_id))
        )
        found: dict[UUID, list[Company]] = {}
        for account_id, company in self._session.execute(query):
            found.setdefault(account_id, []).append(company)
        return found

    def companies_of(self, keys: Collection[CompanyKey]) -> dict[CompanyKey, Company]:
        """The companies of these (source, id), as far as they are there."""
        row: Any = CompanyRow
        query = select(CompanyRow).where(sa.tuple_(row.source_id, row.external_id).in_(keys))
        return {(one.source_id, one.external_id): one for one in self._session.scalars(query)}

    def set_aside(self, source_id: int, *, after: Key | None = None, limit: int) -> list[SetAside]:
        """Records of a source that could not be translated."""
        key = sa.tuple_(col(SetAsideRow.noun), col(SetAsideRow.external_id))
        query = select(SetAsideRow).where(SetAsideRow.source_id == source_id)
        query = query.order_by(col(SetAsideRow.noun), col(SetAsideRow.external_id)).limit(limit)
        if after:
            query = query.where(key > sa.tuple_(sa.literal(after[0]), sa.literal(after[1])))
        return list(self._session.scalars(query))

    def deals_without_account(self, source_id: int) -> int:
        """How many live deals of a source name no company that we know."""
        linked = sa.exists().where(is_linked(DealRow.source_id, DealRow.company_external_id))
        query = select(sa.func.count()).select_from(DealRow)
        query = query.where(DealRow.source_id == source_id, ~col(DealRow.is_deleted), ~linked)
        return self._session.scalar(query) or 0

    def counts(self) -> dict[str, int]:
        """How many rows of each kind the store holds; accounts that are in others do not count."""
        queries = {
            str(row.__tablename__): select(sa.func.count()).select_from(row)
            for row in (AccountRow, LinkRow, SetAsideRow, *ROWS.values())
        }
        queries["account"] = queries["account"].where(col(AccountRow.merged_into).is_(None))
        return {name: self._session.scalar(query) or 0 for name, query in queries.items()}

    def owners(self, account_ids: Sequence[UUID]) -> dict[UUID, User]:
        """The CRM users who are responsible for the first companies of accounts."""
        query = (
            sa.select(col(LinkRow.account_id), UserRow)
            .join(CompanyRow, is_linked(CompanyRow.source_id, CompanyRow.external_id))
            .join(UserRow, sa.and_(
                col(CompanyRow.source_id) == col(UserRow.source_id),
                col(CompanyRow.owner_external_id) == col(UserRow.external_id),
            ))
            .where(col(LinkRow.account_id).in_(account_ids))
            .order_by(col(LinkRow.source_id).desc(), col(LinkRow.company_external_id).desc())
        )  # fmt: skip
        return dict(self._session.execute(query).all())  # the first company comes last and stays

    def users(self) -> list[User]:
        """All CRM users, by name."""
        query = select(UserRow).order_by(col(UserRow.name), col(UserRow.source_id))
        return list(self._session.scalars(query))

    def looked_after(self) -> dict[tuple[int, str], int]:
        """How many accounts each CRM user is responsible for, by source and id."""
        return {(row[0], row[1]): row[2] for row in self._session.execute(_LOOKED_AFTER)}

    def count(self) -> int:
        """How many accounts there are."""
        query = sa.select(sa.func.count()).select_from(AccountRow)
        return self._session.scalar(query.where(col(AccountRow.merged_into).is_(None))) or 0

    def set_aside_counts(self, source_id: int) -> dict[str, int]:
        """How many records of each noun of a source could not be translated."""
        noun = col(SetAsideRow.noun)
        query = sa.select(noun, sa.func.count()).where(col(SetAsideRow.source_id) == source_id)
        return dict(self._session.execute(query.group_by(noun).order_by(noun)).all())
