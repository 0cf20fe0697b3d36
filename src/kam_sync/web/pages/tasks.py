"""The button that asks for a task in the CRM about an alert."""

from typing import Literal

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse

from kam_sync.alerts.store import AlertStore
from kam_sync.web.api.writes import Defer
from kam_sync.web.deps import AlertId, Reading, Serving, from_our_pages
from kam_sync.web.tasking import ask_about

router = APIRouter()


@router.post("/alerts/{alert_id}/task", dependencies=[Depends(from_our_pages)])
def make_task(
    session: Reading,
    services: Serving,
    alert_id: AlertId,
    defer: Defer,
    back: Literal["today", "account"] = "today",
) -> RedirectResponse:
    """Ask for it and go back to where the button was, which shows what came of it."""
    found = ask_about(session, services, alert_id, by="page")
    defer(session, found.source_id)
    account_id = AlertStore(session).alert(alert_id).account_id
    place = f"/accounts/{account_id}#alerts-title" if back == "account" else "/"
    return RedirectResponse(place, status_code=303)
