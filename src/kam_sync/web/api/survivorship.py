"""Survivorship: which source is believed of which field of accounts, and what all of them say."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, Field

from kam_sync.accounts import merge
from kam_sync.accounts.merge import FIELDS, Heard, heard
from kam_sync.accounts.store import AccountStore, WinnerStore
from kam_sync.base.db import Session
from kam_sync.jobs import joining
from kam_sync.kpi.values import Moment
from kam_sync.notify.shapes import ExternalId, SourceName
from kam_sync.web.deps import AccountId, AllSources, By, Reading, Serving, Sources
from kam_sync.web.paging import MOST, Text

router = APIRouter(tags=["accounts"])
of_accounts = APIRouter(tags=["accounts"])


class Choice(BaseModel):
    """Which sources are believed of a field."""

    field: str = Field(examples=["name"])
    sources: list[SourceName] = Field(description="The first one first; others come after them.")
    by: str | None = Field(description="Who chose; null where nobody did.")
    at: Moment | None


class Survivorship(BaseModel):
    """Which source is believed of which field."""

    fields: list[Choice] = Field(
        description="Without sources the company that still is in its CRM is believed, then the "
        "latest change; so it is also among sources that are not named."
    )
    history: list[Choice] = Field(description=f"All choices, the latest first; {MOST} at most.")


class Told(BaseModel):
    """What a company of a source says of a field."""

    source: SourceName
    company_external_id: ExternalId
    value: str
    is_believed: bool


class Values(BaseModel):
    """A field of an account with what each of its companies says."""

    field: str = Field(examples=["name"])
    value: str | None = Field(description="What is believed; null where nobody says anything.")
    told: list[Told] = Field(description="The one that is believed first.")


class AllValues(BaseModel):
    """All fields of an account."""

    items: list[Values]


Wanted = Annotated[
    dict[Text, list[Text]],
    Body(
        description="Field -> names or ids of sources, the first one first; an empty list: by "
        "default. Fields that are not named stay as they are.",
        examples=[{"name": ["onec", "sales"], "segment": []}],
    ),
]


@router.get("/survivorship")
def get_survivorship(session: Reading, sources: AllSources) -> Survivorship:
    """Which source is believed of which field, who chose it and when."""
    return _survivorship(session, sources)


@router.put("/survivorship")
def choose(services: Serving, wanted: Wanted, by: By) -> Survivorship:
    """Say which source is believed; accounts follow with the next matching."""
    with services.database.transaction() as session:
        sources = Sources(session)
        chosen = {
            field: [sources.named(one).id for one in named] for field, named in wanted.items()
        }
    joining.believe(services, chosen, by=by)
    with services.database.transaction() as session:
        return _survivorship(session, Sources(session))


@of_accounts.get("/accounts/{account_id}/values")
def list_values(session: Reading, account_id: AccountId, sources: AllSources) -> AllValues:
    """Every field of an account with the value of every source, and which one is believed."""
    store = AccountStore(session)
    account = store.account(account_id)
    companies = store.companies([account.id]).get(account.id, [])
    found = heard(companies, WinnerStore(session).winners())
    return AllValues(items=[_values(one, sources) for one in found.values()])


def _survivorship(session: Session, sources: Sources) -> Survivorship:
    store = WinnerStore(session)
    latest = {row.field: row for row in store.latest()}
    return Survivorship(
        fields=[
            _choice(latest[name], sources)
            if name in latest
            else Choice(field=name, sources=[], by=None, at=None)
            for name in FIELDS
        ],
        history=[_choice(row, sources) for row in store.history(limit=MOST)],
    )


def _choice(row: merge.Choice, sources: Sources) -> Choice:
    return Choice(field=row.field, sources=names_of(row.source_ids, sources), by=row.by, at=row.at)


def names_of(source_ids: Sequence[int], sources: Sources) -> list[str]:
    """The names of sources in their order, without those that were removed since."""
    return [sources.names[one] for one in source_ids if one in sources.names]


def _values(one: Heard, sources: Sources) -> Values:
    return Values(
        field=one.field,
        value=None if one.believed is None else str(one.value),
        told=[
            Told(
                source=sources.names[said.source_id],
                company_external_id=said.company_external_id,
                value=str(said.value),
                is_believed=said is one.believed,
            )
            for said in one.told
        ],
    )
