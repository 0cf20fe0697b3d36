"""Alerts and their history."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict, Field

from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.acting import Acting
from kam_sync.alerts.life import Outcome, State
from kam_sync.alerts.model import Alert, Change
from kam_sync.alerts.store import KNOWN, AlertStore, Order
from kam_sync.jobs.attending import attending
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.values import value
from kam_sync.notify import shapes
from kam_sync.web import paging
from kam_sync.web.api import answers
from kam_sync.web.deps import AlertId, By, Reading, Serving, Speaking, in_the_name_of, read_id
from kam_sync.web.given import GivenMoment
from kam_sync.web.paging import Cursor, Page, Paging, Text
from kam_sync.web.query import Asked

router = APIRouter(tags=["alerts"])


_BY_TIME = Cursor("alerts", paging.moment, paging.uuid)
_BY_RANK = Cursor("alerts by rank", paging.weight, paging.uuid)
_NUMBERS = ("observed", "expected", "low", "high")


class AlertQuery(Paging):
    """Which alerts are asked for."""

    state: State | Literal["open"] | None = Field(
        default=None, description="`open`: all that people know of and that are not over."
    )
    account: str | None = Field(default=None, description="Id of an account.")
    sort: Order = Field(
        default=Order.NEWEST,
        description="`rank`: by money at risk, severity and confidence, the gravest first.",
    )


@router.get("/alerts")
def list_alerts(session: Reading, locale: Speaking, query: Asked[AlertQuery]) -> Page[shapes.Alert]:
    """Alerts, newest or gravest first."""
    is_ranked = query.sort is Order.GRAVEST
    cursor = _BY_RANK if is_ranked else _BY_TIME
    found = AlertStore(session).alerts(
        states=_states(query.state),
        account_id=None if query.account is None else read_id("account", query.account),
        order=query.sort,
        after=_place(cursor.read(query.cursor), query.sort),
        limit=query.limit + 1,
    )
    kept, following = paging.page(
        found, query.limit, lambda a: cursor.write(a.rank if is_ranked else a.opened_at, a.id)
    )
    accounts = AccountStore(session).standing([alert.account_id for alert in kept])
    items = [shapes.alert(alert, accounts[alert.account_id].name, locale) for alert in kept]
    return Page(items=items, next_cursor=following)


@router.get("/alerts/{alert_id}")
def get_alert(session: Reading, alert_id: AlertId, locale: Speaking) -> answers.OneAlert:
    """One alert with its history."""
    store = AlertStore(session)
    found = store.alert(alert_id)
    account = AccountStore(session).standing([found.account_id])[found.account_id]
    shown = shapes.alert(found, account.name, locale)
    history = [_change(change, found) for change in store.history(alert_id)]
    return answers.OneAlert(**shown.model_dump(), history=history)


class Noted(BaseModel):
    """What somebody says beside."""

    model_config = ConfigDict(extra="forbid")

    note: Text = Field(default="", max_length=1_000, description="Why, for the record.")
    by: Text = Field(
        default="",
        max_length=200,
        description="In whose name; that of the key stands beside it.",
    )


class Until(Noted):
    """Until when it is put off."""

    until: GivenMoment


class Closed(Noted):
    """What it was."""

    outcome: Outcome


class Commented(Noted):
    """What somebody has to say."""

    note: Text = Field(min_length=1, max_length=1_000)


class Assigned(Noted):
    """Who is to look after it."""

    assignee: Text = Field(max_length=200, description="A name; empty: who is responsible.")


class Answering:
    """Does something to the alert in the path, and says how it stands then."""

    def __init__(self, services: Serving, alert_id: AlertId, locale: Speaking, by: By) -> None:
        self._services = services
        self._alert_id = alert_id
        self._locale = locale
        self._by = by

    def __call__(self, by: str, act: Callable[[Acting, UUID], None]) -> answers.OneAlert:
        """Do it in somebody's name."""
        with attending(self._services, in_the_name_of(by, self._by)) as acting:
            act(acting, self._alert_id)
        with self._services.database.transaction() as session:
            return get_alert(session, self._alert_id, self._locale)


Answer = Annotated[Answering, Depends()]


@router.post("/alerts/{alert_id}/acknowledge")
def acknowledge_alert(answer: Answer, said: Annotated[Noted, Body()]) -> answers.OneAlert:
    """Say that somebody looks after it; it comes back after 14 days, or when it is much worse."""
    return answer(said.by, lambda acting, alert: acting.acknowledge(alert, said.note))


@router.post("/alerts/{alert_id}/snooze")
def snooze_alert(answer: Answer, said: Annotated[Until, Body()]) -> answers.OneAlert:
    """Put it off until a moment; it comes back before when it is much worse."""
    return answer(said.by, lambda acting, alert: acting.snooze(alert, said.until, said.note))


@router.post("/alerts/{alert_id}/expect")
def expect_alert(answer: Answer, said: Annotated[Until, Body()]) -> answers.OneAlert:
    """Say that it is as it has to be until a moment, and why."""
    return answer(said.by, lambda acting, alert: acting.expect(alert, said.until, said.note))


@router.post("/alerts/{alert_id}/wake")
def wake_alert(answer: Answer, said: Annotated[Noted, Body()]) -> answers.OneAlert:
    """Take back what put it aside."""
    return answer(said.by, lambda acting, alert: acting.wake(alert, said.note))


@router.post("/alerts/{alert_id}/resolve")
def resolve_alert(answer: Answer, said: Annotated[Closed, Body()]) -> answers.OneAlert:
    """Close it and say what it was; of a resolved one it is said afterwards."""
    return answer(said.by, lambda acting, alert: acting.resolve(alert, said.outcome, said.note))


@router.post("/alerts/{alert_id}/comment")
def comment_alert(answer: Answer, said: Annotated[Commented, Body()]) -> answers.OneAlert:
    """Write something down about it."""
    return answer(said.by, lambda acting, alert: acting.comment(alert, said.note))


@router.post("/alerts/{alert_id}/assign")
def assign_alert(answer: Answer, said: Annotated[Assigned, Body()]) -> answers.OneAlert:
    """Say who looks after it."""
    return answer(said.by, lambda acting, alert: acting.assign(alert, said.assignee, said.note))


def _place(after: paging.Key | None, order: Order) -> tuple[datetime | float, UUID] | None:
    """Behind which alert a page begins."""
    if after is None:
        return None
    first, alert_id = after
    return float(first) if order is Order.GRAVEST else datetime.fromisoformat(first), UUID(alert_id)


def _states(wanted: State | str | None) -> Sequence[State]:
    if wanted is None:
        return ()
    return KNOWN if wanted == "open" else (State(wanted),)


def _change(row: Change, alert: Alert) -> answers.Change:
    measure = KPIS[alert.kpi].measure
    return answers.Change(
        change=row.change,
        at=row.at,
        observed=value(row.observed, measure, alert.unit),
        expected=value(row.expected, measure, alert.unit),
        gap=row.gap,
        by=row.by,
        note=row.note,
        until=row.until,
    )
