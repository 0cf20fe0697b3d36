"""The plans of an account that run or ended lately, as page and API show them."""

from datetime import timedelta
from uuid import UUID

from kam_sync.base.db import Session
from kam_sync.kpi.plans import Standing, standing
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.store import PlanStore
from kam_sync.wiring import Services

_LATELY = timedelta(days=92)


def plans(services: Services, session: Session, account_id: UUID) -> list[Standing]:
    """How they stand today, the last to end first; of KPIs that we do not know there is none."""
    today, store = services.as_of().astimezone(services.zone).date(), PlanStore(session)
    found = store.of_account(
        account_id, today=today, since=today - _LATELY, currency=services.settings.currency
    )
    known = {kpi: store.values(account_id, kpi) for kpi in {plan.kpi for plan in found} & set(KPIS)}
    return [
        standing(plan, known[plan.kpi], today, services.workdays, adds_up=KPIS[plan.kpi].adds_up)
        for plan in found
        if plan.kpi in known
    ]
