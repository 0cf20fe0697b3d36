"""What facts were before they were corrected or deleted: of one fact, and of an account."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from kam_sync.accounts import facts
from kam_sync.accounts.store import AccountStore, CorrectionStore
from kam_sync.kpi.values import Moment
from kam_sync.notify.shapes import ExternalId, SourceName
from kam_sync.web import paging
from kam_sync.web.api.facts import FactTable
from kam_sync.web.deps import AccountId, AllSources, Reading, Sources
from kam_sync.web.paging import Cursor, Page, Paging, Text
from kam_sync.web.query import Asked

router = APIRouter(tags=["facts"])
of_facts = APIRouter(tags=["facts"])

_BY_ID = Cursor("corrections", paging.big_number)


class Correction(BaseModel):
    """A fact as it was until a source changed it or took it away."""

    id: str
    source: SourceName
    noun: str = Field(examples=["payment"])
    external_id: ExternalId
    at: Moment = Field(description="When our copy was changed.")
    was: dict[str, Any] = Field(
        description="All fields as they were.", examples=[{"amount": 1500.5, "currency": "RUB"}]
    )
    became: dict[str, Any] | None = Field(
        description="The fields that were changed, as they became; null where the row is gone.",
        examples=[{"amount": 1700.0}],
    )
    is_deletion: bool


class _HistoryQuery(Paging):
    source: Text = Field(description="Id or name of the source that it is from.")


@of_facts.get("/facts/{table}/{external_id:path}/history")
def list_history_of_fact(
    session: Reading,
    sources: AllSources,
    table: FactTable,
    external_id: Text,
    query: Annotated[_HistoryQuery, Query()],
) -> Page[Correction]:
    """What one fact was, the latest correction first; none where it was never corrected."""
    found = CorrectionStore(session).of_fact(
        sources.named(query.source).id,
        table.noun.value,
        external_id,
        before=_before(query),
        limit=query.limit + 1,
    )
    return _page(sources, found, query)


@router.get("/accounts/{account_id}/corrections")
def list_corrections_of_account(
    session: Reading, sources: AllSources, account_id: AccountId, query: Asked[Paging]
) -> Page[Correction]:
    """What the facts of an account were, the latest correction first.

    A fact that was corrected to be another account's stands with the one that it was of.
    """
    account = AccountStore(session).account(account_id)
    found = CorrectionStore(session).of_account(
        account.id, before=_before(query), limit=query.limit + 1
    )
    return _page(sources, found, query)


def _before(query: Paging) -> int | None:
    after = _BY_ID.read(query.cursor)
    return None if after is None else int(after[0])


def _page(sources: Sources, found: list[facts.Correction], query: Paging) -> Page[Correction]:
    kept, cursor = paging.page(found, query.limit, lambda one: _BY_ID.write(one.id))
    return Page(items=[_answer(sources, one) for one in kept], next_cursor=cursor)


def _answer(sources: Sources, one: facts.Correction) -> Correction:
    plain = one.model_dump(include={"noun", "external_id", "at", "was", "became"})
    return Correction(
        id=str(one.id),
        source=sources.names[one.source_id],
        is_deletion=one.is_deletion,
        **plain,
    )
