"""Values of KPIs that were changed after they had been measured: when, and why."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from kam_sync.accounts.store import AccountStore
from kam_sync.base.db import Session
from kam_sync.kpi import model
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.model import Cause
from kam_sync.kpi.registry import KPIS, named
from kam_sync.kpi.store import KpiStore, Restated
from kam_sync.kpi.values import Moment, Value, value
from kam_sync.web import paging
from kam_sync.web.api.kpis import GroupQuery
from kam_sync.web.deps import AccountId, Reading
from kam_sync.web.given import GivenMoment
from kam_sync.web.paging import Cursor, Page, Text
from kam_sync.web.query import Asked
from kam_sync.web.render import Spoken
from kam_sync.web.wording import restated as words
from kam_sync.web.wording.language import Language

router = APIRouter(tags=["kpis"])

BY_ID = Cursor("restatements", paging.big_number)


class Restatement(BaseModel):
    """A value of a whole period that was changed after it had been measured."""

    id: str
    account_id: str
    is_group: bool = Field(description="Of the account and all below it.")
    kpi: str = Field(examples=["won_revenue"])
    title: str
    unit: str = Field(examples=["RUB"])
    grain: Grain
    on: date = Field(description="First day of the period.")
    was: Value | None = Field(description="Null where there was no value.")
    now: Value | None = Field(description="Null where there is none any more.")
    at: Moment
    causes: list[Cause] = Field(
        description="All that had changed: `definition` (the KPI is computed in another way), "
        "`zone` (the time zone), `rate` (an exchange rate), `account` (which companies belong to "
        "it), `facts` (what sources say). Empty where it was not kept."
    )
    why: str = Field(description="The same in words; `?lang=` ru or en.")


class RestatedQuery(GroupQuery):
    """Which restatements are asked for."""

    kpi: Text | None = Field(default=None, description="Key of a KPI.")
    grain: Grain | None = None
    since: GivenMoment | None = Field(default=None, description="Changed at or after this time.")


@router.get("/restatements")
def list_restatements(
    session: Reading, language: Spoken, query: Asked[RestatedQuery]
) -> Page[Restatement]:
    """What was changed of all accounts after it had been measured, the latest first."""
    return _page(session, language, query, None)


@router.get("/accounts/{account_id}/restatements")
def list_restatements_of_account(
    session: Reading, account_id: AccountId, language: Spoken, query: Asked[RestatedQuery]
) -> Page[Restatement]:
    """The same of one account."""
    return _page(session, language, query, AccountStore(session).account(account_id).id)


def _page(
    session: Session, language: Language, query: RestatedQuery, account_id: UUID | None
) -> Page[Restatement]:
    after = BY_ID.read(query.cursor)
    since: datetime | None = query.since
    found = KpiStore(session).restatements(
        Restated(account_id, query.group, query.grain, since),
        [named(query.kpi).key] if query.kpi else list(KPIS),
        before=None if after is None else int(after[0]),
        limit=query.limit + 1,
    )
    kept, cursor = paging.page(found, query.limit, lambda one: BY_ID.write(one.id))
    return Page(items=[answer(language, one) for one in kept], next_cursor=cursor)


def answer(language: Language, one: model.Restatement) -> Restatement:
    """A restatement as it leaves the house."""
    kpi = KPIS[one.kpi]

    def shown(number: Decimal | None) -> Value | None:
        return None if number is None else value(number, kpi.measure, one.unit)

    return Restatement(
        **one.model_dump(include={"kpi", "unit", "grain", "on", "at", "causes"}),
        id=str(one.id),
        account_id=str(one.account_id),
        is_group=one.of_group,
        title=kpi.title[language.locale],
        was=shown(one.was),
        now=shown(one.now),
        why=words.why(language, one.causes),
    )
