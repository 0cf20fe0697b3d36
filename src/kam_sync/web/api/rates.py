"""Exchange rates by day."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from kam_sync.importing.rates import set_rate
from kam_sync.kpi.model import Rate
from kam_sync.kpi.store import RateStore
from kam_sync.kpi.values import Moment
from kam_sync.web import paging
from kam_sync.web.deps import By, Reading, Serving
from kam_sync.web.given import GivenDay
from kam_sync.web.paging import Cursor, Page, Paging, Text
from kam_sync.web.query import Asked

router = APIRouter(tags=["kpis"])

_BY_DAY = Cursor("rates", date.fromisoformat, paging.text)


class RateQuery(Paging):
    """Which rates are asked for."""

    currency: Text | None = Field(default=None, description="Of this currency alone.")


class RateWish(BaseModel):
    """What a currency is worth from a day on."""

    model_config = ConfigDict(extra="forbid")

    currency: Text = Field(description="An ISO code.", examples=["USD"])
    on: GivenDay
    rate: Decimal = Field(description="What one unit is worth in roubles.", examples=["81.2543"])


class KeptRate(BaseModel):
    """A rate as it is kept."""

    currency: str = Field(examples=["USD"])
    on: date
    rate: str = Field(description="What one unit is worth in roubles.", examples=["81.2543"])
    source: str = Field(description="The file, person or API that it is from.")
    changed_at: Moment


@router.get("/rates")
def list_rates(session: Reading, query: Asked[RateQuery]) -> Page[KeptRate]:
    """Exchange rates, the newest days first."""
    after = _BY_DAY.read(query.cursor)
    place = None if after is None else (date.fromisoformat(str(after[0])), str(after[1]))
    found = RateStore(session).page(query.limit + 1, currency=query.currency, after=place)
    kept, cursor = paging.page(found, query.limit, lambda one: _BY_DAY.write(one.on, one.currency))
    return Page(items=[_kept(one) for one in kept], next_cursor=cursor)


@router.put("/rates")
def put_rate(services: Serving, wish: Annotated[RateWish, Body()], by: By) -> RateWish:
    """Say what a currency is worth from a day on; KPIs follow with the next measuring."""
    set_rate(services, wish.currency, wish.on, wish.rate, source=by)
    return wish


def _kept(one: Rate) -> KeptRate:
    plain = one.model_dump(include={"currency", "on", "source", "changed_at"})
    return KeptRate(**plain, rate=f"{one.rate.normalize():f}")
