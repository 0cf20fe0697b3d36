"""The button that asks for a task in the CRM about an alert."""

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from kam_sync.alerts.store import AlertStore
from kam_sync.tasking import ask_about
from kam_sync.web.api.writes import Defer
from kam_sync.web.deps import AlertId, By, Reading, Serving

router = APIRouter()


@router.post("/alerts/{alert_id}/task")
def make_task(
    session: Reading,
    services: Serving,
    alert_id: AlertId,
    defer: Defer,
    by: By,
    back: Literal["today", "account", "alert"] = "today",
) -> RedirectResponse:
    """Ask for it and go back to where the button was, which shows what came of it."""
    found = ask_about(session, services, alert_id, by=by)
    defer(session, found.source_id)
    account_id = AlertStore(session).alert(alert_id).account_id
    places = {"account": f"/accounts/{account_id}#alerts-title", "alert": f"/alerts/{alert_id}"}
    return RedirectResponse(places.get(back, "/"), status_code=303)
