"""Facts: what an account is measured by beside deals; programs give them, list them, take them
back."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors import columns, wrongs
from kam_sync import importing
from kam_sync.accounts import facts, model
from kam_sync.accounts.store import RecordStore, Wanted
from kam_sync.base.errors import NotHere
from kam_sync.kpi.values import Moment
from kam_sync.web.api.listing import Listing, of_company, of_invoice
from kam_sync.web.deps import AllSources, Reading, Serving, Sources, read_id
from kam_sync.web.given import GivenMoment
from kam_sync.web.paging import Page, Paging, Text
from kam_sync.web.query import Asked
from kam_sync.web.render import pages
from kam_sync.web.wording import troubles

router = APIRouter(tags=["facts"])

MOST_ROWS = 5_000
_KINDS: dict[str, type[facts.Fact]] = {
    "payments": facts.Payment,
    "shipments": facts.Shipment,
    "sell_out": facts.SellOut,
    "stock": facts.Stock,
    "nps_answers": facts.NpsAnswer,
    "plans": facts.Plan,
    "budgets": facts.Budget,
    "receivables": facts.Receivable,
    "returns": facts.Return,
    "costs": facts.Cost,
    "contracts": facts.Contract,
}


class NewRows(BaseModel):
    """Rows in our names; each with its `external_id`, and the client that it is about."""

    model_config = ConfigDict(extra="forbid")

    source: Text = Field(description="Whose rows these are; made when it is not there yet.")
    rows: list[dict[str, Any]] = Field(min_length=1, max_length=MOST_ROWS)


class Rejected(BaseModel):
    """A row that was not taken."""

    index: int = Field(description="Its place among the rows, from 0 on.")
    reason: str
    message: str = Field(description="The reason in words for people; `?lang=` ru or en.")


class Given(BaseModel):
    """What became of the rows; a bad one does not cost the good ones."""

    created: int
    updated: int
    unchanged: int
    rejected: list[Rejected]


class Fact(BaseModel):
    """A fact, with the fields of its table."""

    model_config = ConfigDict(extra="allow")

    source: str
    external_id: str
    account_id: str | None
    is_deleted: bool
    first_seen_at: Moment | None = Field(
        description="When it first came; null where that was before this was kept."
    )
    changed_at: Moment


class FactQuery(Paging):
    """Which facts are asked for."""

    source: Text | None = Field(default=None, description="Id or name of a source.")
    account: str | None = Field(default=None, description="Id of an account.")
    updated_since: GivenMoment | None = Field(
        default=None, description="Changed in our store at or after this time."
    )

    def wanted(self, sources: Sources) -> Wanted:
        """The same as the store is asked."""
        source_id = None if self.source is None else sources.named(self.source).id
        account_id = None if self.account is None else read_id("account", self.account)
        return Wanted(source_id, account_id, self.updated_since)


async def _body(request: Request) -> bytes:
    return await request.body()


_ALL = [table.name for table in columns.TABLES.values() if table.is_fact]


def _table(table: Annotated[str, Path(json_schema_extra={"enum": [*_ALL]})]) -> columns.Table:
    found = importing.table_of(table)
    if not found.is_fact:
        raise NotHere(f"table {found.name}: no table of facts; there are: {', '.join(_ALL)}")
    return found


FactTable = Annotated[columns.Table, Depends(_table)]
_EXAMPLE = {
    "source": "erp",
    "rows": [
        {
            "external_id": "pay-1001",
            "client": {"inn": "7707083893", "kpp": "770701001", "name": "ООО «Ромашка»"},
            "paid_on": "2026-11-20",
            "amount": "1500.50",
            "currency": "RUB",
            "number": "15",
        }
    ],
}
_SCHEMA = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": NewRows.model_json_schema(), "example": _EXAMPLE}
        },
    },
}


@router.post("/facts/{table}", openapi_extra=_SCHEMA)
def give_facts(
    request: Request,
    services: Serving,
    table: FactTable,
    body: Annotated[bytes, Depends(_body)],
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            description="With the same key and body the answer of the first call is repeated.",
        ),
    ] = None,
) -> Given:
    """Give up to 5,000 rows of a table; those that are known by their `external_id` are updated."""
    new = _read(body)
    answer = importing.give(services, table, new.source, new.rows, idempotency_key)
    language = pages(request).language(request)
    rejected = [
        Rejected(**one, message=troubles.set_aside(language, one["reason"]))
        for one in answer.rejected
    ]
    return Given(
        created=answer.created, updated=answer.updated, unchanged=answer.unchanged,
        rejected=rejected,
    )  # fmt: skip


@router.get("/facts/{table}")
def list_facts(
    session: Reading, sources: AllSources, table: FactTable, query: Asked[FactQuery]
) -> Page[Fact]:
    """The facts of a table, from every source that has them, by source and id."""
    store = RecordStore(session)
    listing, wanted = Listing(store, sources), query.wanted(sources)
    if table.name in _KINDS:
        return listing.page(_KINDS[table.name], Fact, query, wanted, of_company)
    rows, cursor = listing.find(model.Invoice, query, wanted)
    plains = listing.plain(rows, of_invoice(store, rows))
    return Page(items=[Fact(**plain) for plain in plains], next_cursor=cursor)


@router.delete("/facts/{table}/{external_id:path}", status_code=204)
def take_back_fact(
    services: Serving,
    table: FactTable,
    external_id: Text,
    source: Annotated[Text, Query(description="Name of the source that it was given to.")],
) -> None:
    """Take one row back; it is marked as deleted, and comes back when it is given again."""
    importing.take_back(services, table, source, external_id)


def _read(body: bytes) -> NewRows:
    try:
        return NewRows.model_validate(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        raise HTTPException(400, f"the body is no JSON: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in ("body", *first["loc"]))
        raise HTTPException(422, f"{where}: {wrongs.plain(first['msg'])}") from error
