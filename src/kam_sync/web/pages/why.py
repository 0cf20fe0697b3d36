"""Why a KPI moved: a page of its own, whose section the page of an alert loads."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kam_sync.accounts.model import Account
from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import Session
from kam_sync.drift.moved import Against, Moved, Unsaid
from kam_sync.web.api.why import AgainstQuery, WhyQuery, of_alert, of_kpi
from kam_sync.web.deps import AccountId, AlertId, Reading, Serving, Sources
from kam_sync.web.query import Asked
from kam_sync.web.render import pages
from kam_sync.web.wording import why as words

router = APIRouter()
of_alerts = APIRouter()


@of_alerts.get("/alerts/{alert_id}/why", response_class=HTMLResponse)
def show_why_of_alert(
    request: Request, services: Serving, session: Reading, alert_id: AlertId,
    query: Asked[AgainstQuery],
) -> HTMLResponse:  # fmt: skip
    """Why what an alert is about has moved."""
    alert = AlertStore(session).alert(alert_id)
    account = AccountStore(session).standing([alert.account_id])[alert.account_id]
    found = of_alert(session, services, alert, query.against)
    return _show(request, session, account, alert.kpi, query, found)


@router.get("/accounts/{account_id}/kpis/{kpi}/why", response_class=HTMLResponse)
def show_why_of_kpi(
    request: Request, services: Serving, session: Reading, account_id: AccountId, kpi: str,
    query: Asked[WhyQuery],
) -> HTMLResponse:  # fmt: skip
    """Why a KPI of an account is not what it was in the latest three months, or in those named."""
    account = AccountStore(session).account(account_id)
    found = of_kpi(session, services, account_id, kpi, query)
    return _show(request, session, account, kpi, query, found)


def _show(
    request: Request, session: Session, account: Account, kpi: str, query: AgainstQuery,
    found: list[Moved] | Unsaid,
) -> HTMLResponse:  # fmt: skip
    said = query.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"lang"})
    return pages(request).render(
        request,
        "why.html",
        account=account,
        kpi=kpi,
        against=query.against,
        others=[(one, {**said, "against": one.value}) for one in Against],
        moves=[] if isinstance(found, Unsaid) else found,
        unsaid=found if isinstance(found, Unsaid) else None,
        words=words,
        source_names=Sources(session).names,
    )
