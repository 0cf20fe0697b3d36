"""The plans of an account, and how they stand."""

from datetime import date
from decimal import Decimal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from kam_sync.accounts.store import AccountStore
from kam_sync.kpi.plans import Standing
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.values import Value, value
from kam_sync.web.deps import AccountId, Reading, Serving, Speaking
from kam_sync.web.planned import plans

router = APIRouter(tags=["kpis"])


class Plan(BaseModel):
    """A plan, and what has come of it."""

    kpi: str = Field(examples=["won_revenue"])
    title: str
    starts_on: date
    ends_on: date = Field(description="Its last day.")
    target: str = Field(description="In the unit of the KPI.", examples=["600000"])
    currency: str | None
    fact: Value | None = Field(
        description="What has come of it so far; null where nothing was measured, or in several"
        " currencies of which the plan names none."
    )
    fulfilment: float | None = Field(description="In percent of the target.", examples=[75.0])
    run_rate: Value | None = Field(
        description="What the fact will be at its end at the pace so far, by working days; null"
        " where the KPI does not add up over days."
    )
    days_passed: int = Field(description="Working days, today among them.")
    days: int = Field(description="All its working days.")


class Plans(BaseModel):
    """Plans that run, or ended within the last 92 days."""

    items: list[Plan]


@router.get("/accounts/{account_id}/plans")
def list_plans(
    services: Serving, session: Reading, account_id: AccountId, locale: Speaking
) -> Plans:
    """The plans of an account that run or ended lately, the last to end first."""
    AccountStore(session).account(account_id)
    found = plans(services, session, account_id)
    return Plans(items=[_plan(one, KPIS[one.plan.kpi].title[locale]) for one in found])


def _plan(one: Standing, title: str) -> Plan:
    def shown(number: Decimal | None) -> Value | None:
        if number is None or one.unit is None:
            return None
        return value(round(number, 2), KPIS[one.plan.kpi].measure, one.unit)

    return Plan(
        kpi=one.plan.kpi,
        title=title,
        starts_on=one.plan.starts_on,
        ends_on=one.plan.ends_on,
        target=f"{one.plan.target.normalize():f}",
        currency=one.plan.currency,
        fact=shown(one.fact),
        fulfilment=None if one.fulfilment is None else round(float(one.fulfilment), 1),
        run_rate=shown(one.run_rate),
        days_passed=one.passed,
        days=one.days,
    )
