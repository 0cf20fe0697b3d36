"""Alerts and their history."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.model import Alert, AlertState, Change
from kam_sync.alerts.store import AlertStore
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.values import value
from kam_sync.notify import shapes
from kam_sync.web import paging
from kam_sync.web.api import answers
from kam_sync.web.deps import AlertId, Reading, Speaking, read_id
from kam_sync.web.paging import Cursor, Page, Paging
from kam_sync.web.query import Asked

router = APIRouter(tags=["alerts"])

_BY_TIME = Cursor("alerts", paging.moment, paging.uuid)
_NUMBERS = ("observed", "expected", "low", "high")


class AlertQuery(Paging):
    """Which alerts are asked for."""

    state: AlertState | None = None
    account: str | None = Field(default=None, description="Id of an account.")


@router.get("/alerts")
def list_alerts(session: Reading, locale: Speaking, query: Asked[AlertQuery]) -> Page[shapes.Alert]:
    """Alerts, newest first."""
    after = _BY_TIME.read(query.cursor)
    found = AlertStore(session).alerts(
        state=query.state,
        account_id=None if query.account is None else read_id("account", query.account),
        after=None if after is None else (datetime.fromisoformat(after[0]), UUID(after[1])),
        limit=query.limit + 1,
    )
    kept, cursor = paging.page(found, query.limit, lambda a: _BY_TIME.write(a.opened_at, a.id))
    accounts = AccountStore(session).standing([alert.account_id for alert in kept])
    items = [shapes.alert(alert, accounts[alert.account_id].name, locale) for alert in kept]
    return Page(items=items, next_cursor=cursor)


@router.get("/alerts/{alert_id}")
def get_alert(session: Reading, alert_id: AlertId, locale: Speaking) -> answers.OneAlert:
    """One alert with its history."""
    store = AlertStore(session)
    found = store.alert(alert_id)
    account = AccountStore(session).standing([found.account_id])[found.account_id]
    shown = shapes.alert(found, account.name, locale)
    history = [_change(change, found) for change in store.history(alert_id)]
    return answers.OneAlert(**shown.model_dump(), history=history)


def _change(row: Change, alert: Alert) -> answers.Change:
    measure = KPIS[alert.kpi].measure
    return answers.Change(
        change=row.change,
        at=row.at,
        observed=value(row.observed, measure, alert.unit),
        expected=value(row.expected, measure, alert.unit),
        gap=row.gap,
    )
