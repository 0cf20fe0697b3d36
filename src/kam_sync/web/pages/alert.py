"""One alert: what it says, how it stands, what people may do, and all that has happened to it."""

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.life import Outcome
from kam_sync.alerts.model import Alert, ChangeKind
from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import Session
from kam_sync.drift.store import RuleStore
from kam_sync.web.deps import AlertId, AllSources, Reading, Serving
from kam_sync.web.pages.alert_acts import Happening, sieved
from kam_sync.web.pages.alert_rows import line_of, series_of
from kam_sync.web.pages.alert_tasks import tasks_of
from kam_sync.web.render import pages
from kam_sync.web.wording import rules
from kam_sync.web.wording import today as words

router = APIRouter()

_PERIODS = 25


@router.get("/alerts/{alert_id}", response_class=HTMLResponse)
def show_alert(
    request: Request,
    services: Serving,
    session: Reading,
    sources: AllSources,
    alert_id: AlertId,
    happened: Happening,
) -> HTMLResponse:
    """An alert with its history, the latest first; with `?do=` the form of what one may do."""
    alert = AlertStore(session).alert(alert_id)
    accounts = AccountStore(session)
    account = accounts.standing([alert.account_id])[alert.account_id]
    history = AlertStore(session).history(alert_id)[::-1]
    ends = (one for one in history if one.change in {ChangeKind.RESOLVED, ChangeKind.REBASED})
    return pages(request).render(
        request,
        "alert.html",
        alert=alert,
        account=account,
        owner=accounts.owners([account.id]).get(account.id),
        task=tasks_of(session, services, sources, [alert]).get(alert.id),
        history=history,
        rule=RuleStore(session).all().get(alert.rule),
        end=None if alert.life.is_open else next(ends, None),
        happened=happened,
        doing=request.query_params.get("do", ""),
        back=sieved(request.query_params.get("back", "")),
        is_part=request.headers.get("hx-request") == "true",
        people_names=sorted({user.name for user in accounts.users() if user.name}),
        words=words,
        severity=rules.severity,
        **_values(session, alert),
        **_days(services.now().astimezone(services.zone).date()),
    )


def _values(session: Session, alert: Alert) -> dict[str, Any]:
    """The latest values of what it is about, drawn and to read."""
    found = series_of(session, [alert], most=_PERIODS).get(alert.id)
    if found is None or not found.values:
        return {"line": None, "values": [], "running": None}
    return {
        "line": line_of(alert, found.values),
        "running": found.running,
        "values": list(zip(found.ons, found.values, strict=True))[::-1],
    }


def _days(today: date) -> dict[str, Any]:
    """What one may choose in the forms."""
    return {
        "today": today,
        "tomorrow": today + timedelta(days=1),
        "in_a_week": today + timedelta(weeks=1),
        "outcomes": list(Outcome),
    }
