"""The portfolio as a whole, and how healthy an account is."""

from datetime import date
from decimal import Decimal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from kam_sync.accounts.store import AccountStore
from kam_sync.kpi import health
from kam_sync.kpi.health import Band
from kam_sync.kpi.periods import periods_until
from kam_sync.kpi.portfolio import ParetoClass
from kam_sync.kpi.registry import HEALTH, KPIS
from kam_sync.kpi.standing import COUNTED_BY
from kam_sync.kpi.store import KpiStore
from kam_sync.kpi.values import Money, Value, money, value
from kam_sync.matching.store import GroupStore
from kam_sync.notify.shapes import AccountId as ShownId
from kam_sync.overseeing import Kept, Overseer, Wanted
from kam_sync.web import paging
from kam_sync.web.api.kpis import GroupQuery
from kam_sync.web.deps import AccountId, Reading, Serving
from kam_sync.web.paging import Cursor, Page, Paging, Text
from kam_sync.web.query import Asked

router = APIRouter(tags=["portfolio"])

_BY_PLACE = Cursor("portfolio", paging.number)
_BY_LOSS = Cursor("portfolio-lost", paging.number)


class PortfolioQuery(Paging):
    """Which currency, and whose accounts."""

    unit: Text = Field(default="", description="A currency; that of most accounts if not given.")
    kam: Text = Field(default="", description="The `key` of one of `kams`.")


class Kam(BaseModel):
    """Somebody who looks after accounts that buy."""

    key: str = Field(description="E-mail, else source and id of the user; nobody.")
    name: str | None = Field(description="Null for nobody.")
    share: float = Field(description="Percent of what all have bought.")
    main: int = Field(description="Accounts of class A; up to 5 are well looked after.")
    smaller: int = Field(description="Accounts of the classes B and C; up to 5.")
    is_overloaded: bool
    health: float | None = Field(description="Mean of the scores there are.")
    poor: int = Field(description="How many accounts have a poor score.")
    alerts: int = Field(description="Open alerts.")


class Concentration(BaseModel):
    """How much hangs on how few."""

    accounts: int = Field(description="How many have bought; a group is one.")
    makers: int = Field(description="The fewest that make 80 percent.")
    top1: float = Field(description="Percent that the largest makes.")
    top5: float
    hhi: float = Field(
        description="Sum of the squared shares: 1 is one account, 1 / n are n alike."
    )


class Portfolio(BaseModel):
    """All that have bought in the last twelve whole months."""

    kpi: str = Field(description="What is counted.", examples=["won_revenue"])
    first: date = Field(description="The first of the twelve months.")
    total: Money | None = Field(description="Null where nobody has bought.")
    units: list[str] = Field(description="The currencies there are.")
    concentration: Concentration | None
    at_start: int = Field(description="How many bought in the year before.")
    lost: int = Field(description="How many of these bought nothing in this one.")
    logo_churn: float | None = Field(description="Percent; null where nobody bought before.")
    kams: list[Kam]


class Standing(BaseModel):
    """An account of the portfolio; a group is one, under its head."""

    account: ShownId
    name: str
    place: int
    amount: Money
    share: float = Field(description="Percent.")
    cumulative: float = Field(description="Percent of it and all before it.")
    pareto_class: ParetoClass = Field(description="A makes 80 percent, B up to 95, C the rest.")
    kam: str
    health: float | None
    alerts: int


class Lost(BaseModel):
    """An account that bought in the year before and nothing in this one."""

    account: ShownId
    name: str


class Part(BaseModel):
    """A measure of the score."""

    kpi: str
    value: Value
    points: float = Field(description="0 to 100.")
    weight: float


class Health(BaseModel):
    """The newest health score of an account, and what it is made of."""

    on: date
    is_partial: bool
    score: float = Field(description="0 to 100, where 100 is healthy.")
    band: Band
    parts: list[Part] = Field(description="What pulls it down most comes first.")
    missing: list[str] = Field(description="Measures without a value; they take no part.")


class HealthOfAccount(BaseModel):
    """Its health, where that can be said."""

    health: Health | None = Field(description="Null where less than half of the weight is known.")


@router.get("/portfolio")
def get_portfolio(session: Reading, services: Serving, query: Asked[PortfolioQuery]) -> Portfolio:
    """The top line numbers, and who looks after what."""
    overseer = Overseer(session, query.unit)
    overseer.check(query.kam)
    found = overseer.portfolio
    one = found.concentration
    kept = found.kept or _nothing_kept(services)
    return Portfolio(
        kpi=kept.kpi,
        first=kept.first,
        total=money(found.total, found.unit) if found.unit else None,
        units=list(found.units),
        concentration=one and Concentration(
            accounts=one.accounts, makers=one.makers, top1=_short(one.top1), top5=_short(one.top5),
            hhi=_short(one.hhi),
        ),
        at_start=found.at_start,
        lost=found.lost,
        logo_churn=_maybe(found.churn),
        kams=[
            Kam(
                key=kam.key, name=kam.name, share=_short(kam.share), main=kam.load.main,
                smaller=kam.load.smaller, is_overloaded=kam.load.is_over,
                health=_maybe(kam.health), poor=kam.poor, alerts=kam.alerts,
            )
            for kam in overseer.kams
            if query.kam in {"", kam.key}
        ],
    )  # fmt: skip


@router.get("/portfolio/accounts")
def list_portfolio_accounts(session: Reading, query: Asked[PortfolioQuery]) -> Page[Standing]:
    """All that have bought, the largest first."""
    after, overseer = _BY_PLACE.read(query.cursor), Overseer(session, query.unit)
    wanted = Wanted(
        overseer.unit, query.kam, after_place=int(after[0]) if after else 0, limit=query.limit + 1
    )
    rows, _ = overseer.of(wanted)
    kept, cursor = paging.page(
        rows, query.limit, lambda row: _BY_PLACE.write(row.standing.place)
    )  # fmt: skip
    items = [
        Standing(
            account=str(row.standing.account_id), name=row.name, place=row.standing.place,
            amount=money(row.standing.amount, overseer.unit), share=_short(row.standing.share),
            cumulative=_short(row.standing.cumulative), pareto_class=row.standing.pareto,
            kam=row.kam, health=_maybe(row.health), alerts=row.alerts,
        )
        for row in kept
    ]  # fmt: skip
    return Page(items=items, next_cursor=cursor)


@router.get("/portfolio/lost")
def list_lost_accounts(session: Reading, query: Asked[Paging]) -> Page[Lost]:
    """Who bought in the year before and nothing in this one, in any currency; the largest first."""
    after = _BY_LOSS.read(query.cursor)
    lost = Overseer(session).lost()
    numbered = list(enumerate(lost))[int(after[0]) + 1 if after else 0 :]
    kept, cursor = paging.page(numbered, query.limit, lambda one: _BY_LOSS.write(one[0]))
    items = [Lost(account=str(one.account_id), name=one.name) for _, one in kept]
    return Page(items=items, next_cursor=cursor)


@router.get("/accounts/{account_id}/health")
def get_health(
    session: Reading, account_id: AccountId, query: Asked[GroupQuery]
) -> HealthOfAccount:
    """How healthy an account is, and what pulls it down."""
    AccountStore(session).account(account_id)
    of_group = query.group and GroupStore(session).has_children(account_id)
    points = KpiStore(session).points(account_id, of_group=of_group)
    found = health.newest(KPIS[HEALTH], points)
    if found is None:
        return HealthOfAccount(health=None)
    parts = [
        Part(
            kpi=part.kpi,
            value=value(part.value, KPIS[part.kpi].measure, KPIS[part.kpi].measure.value),
            points=_short(part.earned), weight=float(part.weight),
        )
        for part in found.parts
    ]  # fmt: skip
    said = Health(
        on=found.on, is_partial=found.is_partial, score=_short(found.score), band=found.band,
        parts=parts, missing=list(found.missing),
    )  # fmt: skip
    return HealthOfAccount(health=said)


def _nothing_kept(services: Serving) -> Kept:
    """What will be counted with the first measuring."""
    now = services.as_of()
    return Kept(kpi=COUNTED_BY[0], first=periods_until(now, services.zone, count=12)[0].on, at=now)


def _short(number: Decimal) -> float:
    return round(float(number), 4)


def _maybe(number: Decimal | None) -> float | None:
    return None if number is None else _short(number)
