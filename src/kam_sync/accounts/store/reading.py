"""Reads accounts and what belongs to them, page by page in a stable order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from connectors import Noun
from kam_sync.accounts.model import (
    Account,
    Company,
    Contact,
    Deal,
    FromSource,
    Link,
    Pipeline,
    SetAside,
    Stage,
    Task,
    User,
)
from kam_sync.accounts.store.tables import (
    AccountRow,
    CompanyRow,
    ContactRow,
    DealRow,
    LinkRow,
    PipelineRow,
    SetAsideRow,
    StageRow,
    TaskRow,
    UserRow,
)
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere

Key = tuple[str, ...]
"""The sort key of the last item of a page: the next page begins after it."""

_Row = TypeVar("_Row", bound=FromSource)
_ROWS: dict[type[FromSource], Any] = {
    User: UserRow,
    Pipeline: PipelineRow,
    Company: CompanyRow,
    Contact: ContactRow,
    Deal: DealRow,
    Task: TaskRow,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are asked for; None and empty mean all."""

    source_id: int | None = None
    account_id: UUID | None = None
    updated_since: datetime | None = None
    """Changed in our store at or after this time."""
    text: str = ""
    """A part of the name, in any case."""


class AccountStore:
    """Reads the account store."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def accounts(self, *, text: str = "", after: Key | None = None, limit: int) -> list[Account]:
        """Accounts by name; `text` is a part of the name or a beginning of the INN."""
        query = select(AccountRow).order_by(col(AccountRow.name), col(AccountRow.id)).limit(limit)
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

    def links(self, account_id: UUID) -> list[Link]:
        """The companies of sources that the account is made of."""
        query = select(LinkRow).where(LinkRow.account_id == account_id)
        key = (col(LinkRow.source_id), col(LinkRow.company_external_id))
        return list(self._session.scalars(query.order_by(*key)))

    def records(
        self, kind: type[_Row], wanted: Wanted, *, after: Key | None = None, limit: int
    ) -> list[_Row]:
        """Records of one kind, by source and id."""
        row = _ROWS[kind]
        query = select(row).order_by(row.source_id, row.external_id).limit(limit)
        if wanted.source_id is not None:
            query = query.where(row.source_id == wanted.source_id)
        if wanted.updated_since is not None:
            query = query.where(row.changed_at >= wanted.updated_since)
        if wanted.text:
            shown: Any = row.text if row is TaskRow else row.name
            query = query.where(shown.icontains(wanted.text, autoescape=True))
        if wanted.account_id is not None:
            query = query.where(_belongs(row, wanted.account_id))
        if after:
            key = sa.tuple_(row.source_id, row.external_id)
            query = query.where(key > sa.tuple_(sa.literal(int(after[0])), sa.literal(after[1])))
        return list(self._session.scalars(query))

    def stages(self, pipelines: Sequence[Pipeline]) -> list[Stage]:
        """The stages of pipelines, in their order."""
        keys = [(pipeline.source_id, pipeline.external_id) for pipeline in pipelines]
        key = sa.tuple_(col(StageRow.source_id), col(StageRow.pipeline_external_id))
        order = (
            col(StageRow.source_id),
            col(StageRow.pipeline_external_id),
            col(StageRow.position),
        )
        return list(self._session.scalars(select(StageRow).where(key.in_(keys)).order_by(*order)))

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
        linked = sa.exists().where(_is_linked(DealRow.source_id, DealRow.company_external_id))
        query = select(sa.func.count()).select_from(DealRow)
        query = query.where(DealRow.source_id == source_id, ~col(DealRow.is_deleted), ~linked)
        return self._session.scalar(query) or 0

    def counts(self) -> dict[str, int]:
        """How many rows of each kind the store holds."""
        return {
            str(row.__tablename__): self._session.scalar(select(sa.func.count()).select_from(row))
            or 0
            for row in (AccountRow, LinkRow, SetAsideRow, *_ROWS.values())
        }

    def owners(self, account_ids: Sequence[UUID]) -> dict[UUID, User]:
        """The CRM users who are responsible for the first companies of accounts."""
        query = (
            sa.select(col(LinkRow.account_id), UserRow)
            .join(CompanyRow, _is_linked(CompanyRow.source_id, CompanyRow.external_id))
            .join(UserRow, sa.and_(
                col(CompanyRow.source_id) == col(UserRow.source_id),
                col(CompanyRow.owner_external_id) == col(UserRow.external_id),
            ))
            .where(col(LinkRow.account_id).in_(account_ids))
            .order_by(col(LinkRow.source_id).desc(), col(LinkRow.company_external_id).desc())
        )  # fmt: skip
        return dict(self._session.execute(query).all())  # the first company comes last and stays

    def latest_deals(self, account_id: UUID, *, limit: int) -> list[Deal]:
        """The live deals of an account, the one that was touched last first."""
        row: Any = DealRow
        touched = sa.func.coalesce(row.closed_at, row.updated_at, row.created_at)
        query = (
            select(DealRow)
            .where(~row.is_deleted, _belongs(row, account_id))
            .order_by(touched.desc().nulls_last(), row.source_id, row.external_id)
            .limit(limit)
        )
        return list(self._session.scalars(query))

    def account_ids(self, companies: Collection[tuple[int, str]]) -> dict[tuple[int, str], UUID]:
        """The account of each (source, company)."""
        key = sa.tuple_(col(LinkRow.source_id), col(LinkRow.company_external_id))
        found = self._session.scalars(select(LinkRow).where(key.in_(companies)))
        return {(link.source_id, link.company_external_id): link.account_id for link in found}

    def companies_of(
        self, noun: Noun, records: Collection[tuple[int, str]]
    ) -> dict[tuple[int, str], str]:
        """The company of each (source, id) of contacts or deals that name one."""
        row: Any = {Noun.CONTACT: ContactRow, Noun.DEAL: DealRow}[noun]
        key = sa.tuple_(row.source_id, row.external_id)
        query = sa.select(row.source_id, row.external_id, row.company_external_id)
        found = self._session.execute(
            query.where(key.in_(records), row.company_external_id.is_not(None))
        )
        return {(source_id, external_id): company for source_id, external_id, company in found}

    def set_aside_counts(self, source_id: int) -> dict[str, int]:
        """How many records of each noun of a source could not be translated."""
        noun = col(SetAsideRow.noun)
        query = sa.select(noun, sa.func.count()).where(col(SetAsideRow.source_id) == source_id)
        return dict(self._session.execute(query.group_by(noun).order_by(noun)).all())


_THROUGH: tuple[tuple[Noun, Any], ...] = ((Noun.CONTACT, ContactRow), (Noun.DEAL, DealRow))


def _is_linked(source_id: Any, company_external_id: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        col(LinkRow.source_id) == source_id, col(LinkRow.company_external_id) == company_external_id
    )


def _belongs(row: Any, account_id: UUID) -> sa.ColumnElement[bool]:
    """That a record is of the account's companies; tasks also through contacts and deals."""
    if row is CompanyRow:
        return _of_account(account_id, row.source_id, row.external_id)
    if row in {ContactRow, DealRow}:
        return _of_account(account_id, row.source_id, row.company_external_id)
    if row is not TaskRow:
        return sa.false()
    company = sa.and_(
        col(TaskRow.about_noun) == Noun.COMPANY.value,
        _of_account(account_id, row.source_id, row.about_external_id),
    )
    through = [
        sa.and_(
            col(TaskRow.about_noun) == noun.value,
            sa.exists().where(
                other.source_id == row.source_id,
                other.external_id == row.about_external_id,
                _of_account(account_id, other.source_id, other.company_external_id),
            ),
        )
        for noun, other in _THROUGH
    ]
    return sa.or_(company, *through)


def _of_account(account_id: UUID, source_id: Any, company: Any) -> sa.ColumnElement[bool]:
    link: Any = aliased(LinkRow)
    return sa.exists().where(
        link.account_id == account_id,
        link.source_id == source_id,
        link.company_external_id == company,
    )
