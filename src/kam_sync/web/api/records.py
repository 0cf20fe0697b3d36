"""The records of all CRMs: contacts, deals, tasks, users, pipelines."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, Field

from connectors import Noun
from kam_sync.accounts import model
from kam_sync.accounts.store import AccountStore
from kam_sync.accounts.store.reading import Wanted
from kam_sync.web import paging
from kam_sync.web.api import answers
from kam_sync.web.api.values import money
from kam_sync.web.deps import AllSources, Reading, Sources, read_id
from kam_sync.web.paging import Cursor, Page, Paging, Text
from kam_sync.web.query import Asked

router = APIRouter(tags=["records"])

BY_RECORD = Cursor("records", paging.number, paging.text)

_Row = TypeVar("_Row", bound=model.FromSource)
_Owned = TypeVar("_Owned", model.Contact, model.Deal)
CompanyKey = tuple[int, str]


class SharedQuery(Paging):
    """Which records are asked for."""

    source: Text | None = Field(default=None, description="Id or name of a source.")
    updated_since: AwareDatetime | None = Field(
        default=None, description="Changed in our store at or after this time."
    )
    q: Text = Field(default="", description="A part of the name, in any case.")

    def wanted(self, sources: Sources) -> Wanted:
        """The same as the store is asked."""
        source_id = None if self.source is None else sources.named(self.source).id
        since: datetime | None = self.updated_since
        return Wanted(source_id=source_id, updated_since=since, text=self.q)


class CustomerQuery(SharedQuery):
    """Which records of customers are asked for."""

    account: str | None = Field(default=None, description="Id of an account.")

    def wanted(self, sources: Sources) -> Wanted:
        """The same as the store is asked."""
        shared = super().wanted(sources)
        account_id = None if self.account is None else read_id("account", self.account)
        return Wanted(shared.source_id, account_id, shared.updated_since, shared.text)


@router.get("/contacts")
def list_contacts(
    session: Reading, sources: AllSources, query: Asked[CustomerQuery]
) -> Page[answers.Contact]:
    """People at customers."""
    store = AccountStore(session)
    return contacts(store, sources, _find(store, model.Contact, sources, query), query.limit)


@router.get("/deals")
def list_deals(
    session: Reading, sources: AllSources, query: Asked[CustomerQuery]
) -> Page[answers.Deal]:
    """Sales, open and closed."""
    store = AccountStore(session)
    return deals(store, sources, _find(store, model.Deal, sources, query), query.limit)


@router.get("/tasks")
def list_tasks(
    session: Reading, sources: AllSources, query: Asked[CustomerQuery]
) -> Page[answers.Task]:
    """To-dos of CRM users; `q` is a part of the text."""
    store = AccountStore(session)
    rows, cursor = _cut(_find(store, model.Task, sources, query), query.limit)
    companies = _companies_of_tasks(store, rows)
    accounts = store.account_ids(companies.values())
    items = []
    for row in rows:
        company = companies.get((row.source_id, row.external_id))
        account_id = accounts.get(company) if company else None
        items.append(answers.Task(**_plain(row, sources), account_id=_shown(account_id)))
    return Page(items=items, next_cursor=cursor)


@router.get("/users")
def list_users(
    session: Reading, sources: AllSources, query: Asked[SharedQuery]
) -> Page[answers.User]:
    """People who work in the CRMs."""
    rows, cursor = _cut(_find(AccountStore(session), model.User, sources, query), query.limit)
    items = [answers.User(**_plain(row, sources)) for row in rows]
    return Page(items=items, next_cursor=cursor)


@router.get("/pipelines")
def list_pipelines(
    session: Reading, sources: AllSources, query: Asked[SharedQuery]
) -> Page[answers.Pipeline]:
    """Pipelines with their stages, in order."""
    store = AccountStore(session)
    rows, cursor = _cut(_find(store, model.Pipeline, sources, query), query.limit)
    stages = defaultdict(list)
    for stage in store.stages(rows):
        shown = answers.Stage(**stage.model_dump(include=set(answers.Stage.model_fields)))
        stages[stage.source_id, stage.pipeline_external_id].append(shown)
    items = [
        answers.Pipeline(**_plain(row, sources), stages=stages[row.source_id, row.external_id])
        for row in rows
    ]
    return Page(items=items, next_cursor=cursor)


def contacts(
    store: AccountStore, sources: Sources, found: Sequence[model.Contact], limit: int
) -> Page[answers.Contact]:
    """A page of contacts."""
    rows, cursor = _cut(found, limit)
    account_of = _accounts(store, rows)
    items = [answers.Contact(**_plain(r, sources), account_id=account_of(r)) for r in rows]
    return Page(items=items, next_cursor=cursor)


def deals(
    store: AccountStore, sources: Sources, found: Sequence[model.Deal], limit: int
) -> Page[answers.Deal]:
    """A page of deals."""
    rows, cursor = _cut(found, limit)
    account_of = _accounts(store, rows)
    items = []
    for row in rows:
        plain = _plain(row, sources)
        amount = None if row.amount is None else money(row.amount, row.currency)
        items.append(answers.Deal(**{**plain, "amount": amount}, account_id=account_of(row)))
    return Page(items=items, next_cursor=cursor)


def _find(
    store: AccountStore, kind: type[_Row], sources: Sources, query: SharedQuery
) -> list[_Row]:
    after = BY_RECORD.read(query.cursor)
    return store.records(kind, query.wanted(sources), after=after, limit=query.limit + 1)


def _cut(found: Sequence[_Row], limit: int) -> tuple[list[_Row], str | None]:
    return paging.page(found, limit, lambda row: BY_RECORD.write(row.source_id, row.external_id))


def _plain(row: model.FromSource, sources: Sources) -> dict[str, Any]:
    return {**row.model_dump(), "source": sources.names[row.source_id]}


def _shown(account_id: UUID | None) -> str | None:
    return None if account_id is None else str(account_id)


def _accounts(store: AccountStore, rows: Sequence[_Owned]) -> Callable[[_Owned], str | None]:
    keys = {(r.source_id, r.company_external_id) for r in rows if r.company_external_id is not None}
    accounts = store.account_ids(keys)

    def account_of(row: _Owned) -> str | None:
        if row.company_external_id is None:
            return None
        return _shown(accounts.get((row.source_id, row.company_external_id)))

    return account_of


def _companies_of_tasks(
    store: AccountStore, tasks: Sequence[model.Task]
) -> dict[CompanyKey, CompanyKey]:
    """The (source, company) that each (source, task) is about, also through contacts and deals."""
    about: dict[str, dict[CompanyKey, CompanyKey]] = defaultdict(dict)
    for task in tasks:
        if task.about_noun is not None and task.about_external_id is not None:
            key = (task.source_id, task.external_id)
            about[task.about_noun][key] = (task.source_id, task.about_external_id)
    companies = dict(about[Noun.COMPANY.value])
    for noun in (Noun.CONTACT, Noun.DEAL):
        wanted = about[noun.value]
        known = store.companies_of(noun, set(wanted.values())) if wanted else {}
        companies.update({k: (k[0], known[v]) for k, v in wanted.items() if v in known})
    return companies
