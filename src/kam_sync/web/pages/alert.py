"""One alert: what it says, how it stands, what people may do, and all that has happened to it."""

from datetime import date, datetime, timedelta

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.life import Outcome
from kam_sync.alerts.model import ChangeKind
from kam_sync.alerts.store import AlertStore
from kam_sync.base.clock import start_of_day
from kam_sync.base.errors import WrongUse
from kam_sync.drift.store import RuleStore
from kam_sync.jobs.attending import attending
from kam_sync.web.deps import AlertId, AllSources, Reading, Serving, from_our_pages
from kam_sync.web.pages.alert_tasks import tasks_of
from kam_sync.web.pages.forms import BY, Fields, note_of
from kam_sync.web.render import pages

router = APIRouter()

_LONGEST_NAME = 200
_WEEK = timedelta(days=7)


@router.get("/alerts/{alert_id}", response_class=HTMLResponse)
def show_alert(
    request: Request, services: Serving, session: Reading, sources: AllSources, alert_id: AlertId
) -> HTMLResponse:
    """An alert with its history, the latest first."""
    alert = AlertStore(session).alert(alert_id)
    accounts = AccountStore(session)
    account = accounts.standing([alert.account_id])[alert.account_id]
    history = AlertStore(session).history(alert_id)[::-1]
    ends = (one for one in history if one.change in {ChangeKind.RESOLVED, ChangeKind.REBASED})
    today = services.now().astimezone(services.zone).date()
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
        outcomes=list(Outcome),
        today=today,
        tomorrow=today + timedelta(days=1),
        in_a_week=today + _WEEK,
    )


@router.post("/alerts/{alert_id}", dependencies=[Depends(from_our_pages)])
def act(services: Serving, alert_id: AlertId, sent: Fields) -> RedirectResponse:
    """Do to it what the button says."""
    note = note_of(sent)
    with attending(services, BY) as acting:
        acts = {
            "acknowledge": lambda: acting.acknowledge(alert_id, note),
            "snooze": lambda: acting.snooze(alert_id, _until(services, sent), note),
            "expect": lambda: acting.expect(alert_id, _until(services, sent), note),
            "wake": lambda: acting.wake(alert_id, note),
            "resolve": lambda: acting.resolve(alert_id, _outcome(sent), note),
            "comment": lambda: acting.comment(alert_id, _remark(note)),
            "assign": lambda: acting.assign(alert_id, _name(sent), note),
        }
        do = acts.get(sent.get("do", ""))
        if do is None:
            raise WrongUse("form: no such button")
        do()
    return RedirectResponse(f"/alerts/{alert_id}", status_code=303)


def _until(services: Serving, sent: Fields) -> datetime:
    """The beginning of the day that was chosen."""
    try:
        day = date.fromisoformat(sent.get("until", ""))
    except ValueError as error:
        raise WrongUse("until: choose a day") from error
    return start_of_day(day, services.zone)


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
