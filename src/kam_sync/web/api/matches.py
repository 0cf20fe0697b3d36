"""Which companies may be one customer, and what a person says of them: one, two, taken back."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from kam_sync.jobs import joining
from kam_sync.matching.grouping import Company
from kam_sync.matching.model import PersonQuestion, Question
from kam_sync.matching.showing import asked, told
from kam_sync.matching.store import DecisionStore
from kam_sync.web import paging
from kam_sync.web.api import match_answers as answers
from kam_sync.web.deps import (
    AccountId,
    AllSources,
    By,
    Reading,
    Serving,
    Sources,
    read_id,
)
from kam_sync.web.paging import Cursor, Key, Page, Paging, Text
from kam_sync.web.query import Asked
from kam_sync.web.render import Spoken
from kam_sync.wiring import Services

router = APIRouter(tags=["matches"])

_MOST_COMPANIES = 200
BY_MONEY = Cursor(
    "matches", paging.number, paging.decimal, paging.weight, paging.number, paging.text,
    paging.number, paging.text,
)  # fmt: skip
BY_ID = Cursor("match-decisions", paging.number)

Note = Annotated[Text, Field(default="", max_length=1_000, description="Why, for the record.")]
DecisionId = Annotated[int, Path(ge=1, lt=2**31, description="Id of a decision.")]


class Given(BaseModel):
    """A company as a program names it."""

    model_config = ConfigDict(extra="forbid")

    source: Text = Field(description="Id or name of a source.", examples=["sales"])
    company_external_id: Text = Field(description="Id in that CRM.", examples=["1048576"])


class Merge(BaseModel):
    """Two accounts that are one customer."""

    model_config = ConfigDict(extra="forbid")

    accounts: list[str] = Field(min_length=2, max_length=2, description="Ids of two accounts.")
    note: Note


class Apart(BaseModel):
    """Two companies that are two customers."""

    model_config = ConfigDict(extra="forbid")

    companies: list[Given] = Field(min_length=2, max_length=2)
    note: Note


class Split(BaseModel):
    """Companies of an account that are another customer, all of them together."""

    model_config = ConfigDict(extra="forbid")

    companies: list[Given] = Field(min_length=1, max_length=_MOST_COMPANIES)
    note: Note


@router.get("/matches")
def list_matches(
    session: Reading, sources: AllSources, language: Spoken, query: Asked[Paging]
) -> Page[answers.Question]:
    """Companies that may be one customer: those with the most money first."""
    after = place_of(BY_MONEY.read(query.cursor))
    found = DecisionStore(session).questions(after=after, limit=query.limit + 1)
    kept, cursor = paging.page(found, query.limit, write_place)
    items = [answers.question(language, sources.names, one) for one in asked(session, kept)]
    return Page(items=items, next_cursor=cursor)


@router.post("/matches/merge")
def merge(services: Serving, wanted: Merge, by: By) -> answers.Decision:
    """Say that two accounts are one customer; KPIs follow with the next measuring, soon after."""
    one, other = (read_id("account", given) for given in wanted.accounts)
    with joining.accounts(services, by=by) as deciding:
        decision = deciding.merge(one, other, wanted.note)
    return _decision(services, decision)


@router.post("/matches/apart")
def keep_apart(services: Serving, wanted: Apart, by: By) -> answers.Decision:
    """Say that two companies are different customers; nobody is asked again."""
    one, other = _companies(services, wanted.companies)
    with joining.accounts(services, by=by) as deciding:
        decision = deciding.keep_apart((one, other), wanted.note)
    return _decision(services, decision)


@router.post("/accounts/{account_id}/split")
def split(services: Serving, account_id: AccountId, wanted: Split, by: By) -> answers.Decision:
    """Take companies out of an account: they are another customer, all of them together."""
    leaving = _companies(services, wanted.companies)
    with joining.accounts(services, by=by) as deciding:
        decision = deciding.split(account_id, leaving, wanted.note)
    return _decision(services, decision)


@router.get("/matches/decisions")
def list_decisions(
    session: Reading, sources: AllSources, query: Asked[Paging]
) -> Page[answers.Decision]:
    """What people decided, the latest first, also what was taken back."""
    after = BY_ID.read(query.cursor)
    before = {} if after is None else {"before": int(after[0])}
    found = DecisionStore(session).acts(**before, limit=query.limit + 1)
    kept, cursor = paging.page(found, query.limit, lambda act: BY_ID.write(act.id))
    items = [answers.decision(sources.names, one) for one in told(session, kept)]
    return Page(items=items, next_cursor=cursor)


@router.post("/matches/decisions/{decision_id}/undo")
def undo(services: Serving, decision_id: DecisionId, by: By) -> answers.Decision:
    """Take a decision back: what it had taken back holds again."""
    with joining.accounts(services, by=by) as deciding:
        deciding.undo(decision_id)
    return _decision(services, decision_id)


def place_of(key: Key | None) -> tuple[int, Decimal, float, int, str, int, str] | None:
    """The place that a cursor names."""
    if key is None:
        return None
    place, money, weight, one_source, one, other_source, other = key
    return (
        int(place), Decimal(money), float(weight), int(one_source), one, int(other_source), other,
    )  # fmt: skip


def write_place(row: Question | PersonQuestion, cursor: Cursor = BY_MONEY) -> str:
    """The cursor of a question."""
    return cursor.write(
        row.place, row.money, row.weight, row.one_source_id, row.one_id, row.other_source_id,
        row.other_id,
    )  # fmt: skip


def _companies(services: Services, given: Sequence[Given]) -> list[Company]:
    """Companies by the ids of their sources; read before anything is held."""
    with services.database.transaction() as session:
        sources = Sources(session)
        return [(sources.named(one.source).id, one.company_external_id) for one in given]


def _decision(services: Services, decision_id: int) -> answers.Decision:
    with services.database.transaction() as session:
        (found,) = told(session, [DecisionStore(session).act(decision_id)])
        return answers.decision(Sources(session).names, found)
