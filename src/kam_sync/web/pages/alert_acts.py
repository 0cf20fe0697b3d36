"""What people do to an alert by a button, and the way back to a page that says what came of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, get_args
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse

from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.acting import Acting
from kam_sync.alerts.life import Outcome
from kam_sync.alerts.model import Alert
from kam_sync.alerts.store import AlertStore
from kam_sync.base.clock import start_of_day
from kam_sync.base.errors import NotHere, WrongUse
from kam_sync.jobs.attending import attending
from kam_sync.kpi.registry import KPIS
from kam_sync.tasking import ask_about
from kam_sync.web.api.writes import Defer
from kam_sync.web.deps import AlertId, By, Reading, Serving, read_id
from kam_sync.web.pages.forms import Fields, note_of
from kam_sync.web.sifting import Sieve
from kam_sync.web.wording.today import Did, is_so
from kam_sync.wiring import Services

router = APIRouter()

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Happened:
    """What was just done, as the address of the page says it."""

    did: Did
    alert: Alert
    name: str
    """Of the account."""


def happened(session: Reading, did: str = "", alert: str = "") -> Happened | None:
    """What was just done; nothing where the address says what is not so."""
    what: Did | None = next((one for one in get_args(Did) if one == did), None)
    if what is None:
        return None
    try:
        about = AlertStore(session).alert(read_id("alert", alert))
    except NotHere:
        return None
    if about.kpi not in KPIS or not is_so(what, about):
        return None
    account = AccountStore(session).standing([about.account_id])[about.account_id]
    return Happened(what, about, account.name)


Happening = Annotated[Happened | None, Depends(happened)]


@router.post("/alerts/{alert_id}")
def act(
    session: Reading,
    services: Serving,
    by: By,
    alert_id: AlertId,
    defer: Defer,
    sent: Fields,
) -> RedirectResponse:
    """Do to it what the button says."""
    did = sent.get("do", "")
    if did == "task":
        found = ask_about(session, services, alert_id, by=by)
        defer(session, found.source_id)
    else:
        was_open = AlertStore(session).alert(alert_id).life.is_open
        with attending(services, by) as acting:
            _act(acting, services, alert_id, sent)
        did = "judge" if did == "resolve" and not was_open else did
    return RedirectResponse(_back(sent.get("back", ""), alert_id, did), status_code=303)


def _act(acting: Acting, services: Services, alert_id: UUID, sent: Fields) -> None:
    note = note_of(sent)
    match sent.get("do", ""):
        case "acknowledge":
            acting.acknowledge(alert_id, note)
        case "snooze":
            acting.snooze(alert_id, _until(services, sent), note)
        case "expect":
            acting.expect(alert_id, _until(services, sent), note)
        case "wake":
            acting.wake(alert_id, note)
        case "resolve":
            acting.resolve(alert_id, _outcome(sent), note)
        case "comment":
            acting.comment(alert_id, _remark(note))
        case "assign":
            acting.assign(alert_id, _name(sent), note)
        case _:
            raise WrongUse("form: no such button")


def _back(back: str, alert_id: UUID, did: str) -> str:
    """To the alert, or to Today as it was asked for."""
    said = urlencode({"did": did, "alert": str(alert_id)})
    return f"/{sieved(back)}&{said}" if back else f"/alerts/{alert_id}?{said}"


def sieved(back: str) -> str:
    """The query of Today that a page gave as the way back, and nothing else that an address may
    say; empty where it gave none."""
    return back and Sieve.of(dict(parse_qsl(back.removeprefix("?")))).query()


def _until(services: Services, sent: Fields) -> datetime:
    """The beginning of the day of the button, else of the day that was chosen."""
    try:
        day = date.fromisoformat(sent.get("until") or sent.get("day", ""))
        return start_of_day(day, services.zone)
    except (ValueError, OverflowError) as error:
        raise WrongUse("until: choose a day") from error


def _outcome(sent: Fields) -> Outcome:
    try:
        return Outcome(sent.get("outcome", ""))
    except ValueError as error:
        raise WrongUse("outcome: choose one") from error


def _remark(note: str) -> str:
    if not note:
        raise WrongUse("remark: it is empty")
    return note


def _name(sent: Fields) -> str:
    return sent.get("assignee", "").replace("\x00", "")[:_LONGEST_NAME]
