"""Where people are told of alerts: how it goes, the last of it, and buttons."""

from dataclasses import dataclass, field, replace
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kam_sync import channelling
from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.model import Alert
from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse
from kam_sync.base.settings import Locale
from kam_sync.drift.model import Severity
from kam_sync.drift.store import RuleStore
from kam_sync.kpi.registry import KPIS
from kam_sync.notify.channel import Channel, Event, Ill, Route, Send, Through, Tried, WrongChannel
from kam_sync.notify.keeping import known_owners
from kam_sync.notify.model import Waiting
from kam_sync.notify.route import is_known
from kam_sync.notify.store import ChannelStore, SendStore
from kam_sync.web import paging
from kam_sync.web.deps import Reading, Serving
from kam_sync.web.pages.forms import Pairs
from kam_sync.web.render import pages
from kam_sync.web.wording import channels as words
from kam_sync.web.wording import letters
from kam_sync.web.wording import rules as rule_words
from kam_sync.wiring import Services

router = APIRouter()

_SHOWN = 20
_FIELDS = {
    Ill.NAME: "name", Ill.NAME_TAKEN: "name", Ill.ZONE: "zone", Ill.KPI: "kpi", Ill.RULE: "rule",
    Ill.SEVERITY: "severity", Ill.EVENT: "events", Ill.DAYS: "days",
}  # fmt: skip
"""Where what is wrong was typed; all else is about the URL."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of a channel."""

    channel: Channel
    routes: list[Route]
    waiting: Waiting
    sends: list[Send]


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a button."""

    name: str = ""
    tried: Tried | None = None
    form: dict[str, str] | None = None
    """What stood in the fields, where it was refused; never a URL, which is a secret."""
    wrong: dict[str, Ill] = field(default_factory=dict)
    """What is wrong, by field."""


@router.get("/channels", response_class=HTMLResponse)
def show_channels(request: Request, session: Reading) -> HTMLResponse:
    """All channels."""
    return _page(request, session, Said())


@router.post("/channels")
def add(request: Request, services: Serving, pairs: Pairs) -> Response:
    """Make a channel."""
    sent = _fields(pairs)
    try:
        made = channelling.add(
            services, sent.get("name", ""), sent.get("url", ""),
            locale=_locale(sent.get("locale", "")), zone=sent.get("zone", ""),
            is_untested="untested" in sent,
        )  # fmt: skip
    except WrongChannel as error:
        return _refused(request, services, Said(form=sent), error)
    return _back(made.name)


@router.post("/channels/{channel}")
def act(request: Request, services: Serving, channel: str, pairs: Pairs) -> Response:
    """Do what a button says."""
    sent = _fields(pairs)
    if sent.get("do") == "test":
        found = channelling.named(services, channel)
        tried = channelling.test(services, found, letters.trial(services, found))
        return _answer(request, services, Said(channel, tried))
    try:
        if sent.get("do") == "set":
            channelling.change(
                services, channel, url=sent.get("url") or None, zone=sent.get("zone"),
                locale=_locale(sent.get("locale", "")), is_untested="untested" in sent,
            )  # fmt: skip
            return _back(channel)
        with services.database.transaction() as session:
            _change(session, services, channel, sent, pairs)
    except WrongChannel as error:
        return _refused(request, services, Said(channel, form=sent), error)
    return _back(channel)


def _change(
    session: Session, services: Services, channel: str, sent: dict[str, str], pairs: Pairs
) -> None:
    now = services.now()
    match sent.get("do"):
        case "pause":
            channelling.pause(session, channel)
        case "resume":
            channelling.resume(session, channel, now)
        case "remove":
            channelling.remove(session, channel, now)
        case "route":
            named = ("owner", "kpi", "rule", "severity")
            wanted = Through(
                **{name: sent.get(name, "") for name in named},
                events=[value for name, value in pairs if name == "events"],
                escalates_after_days=_days(sent.get("days", "")),
            )
            channelling.route(session, channel, wanted)
        case "unroute":
            channelling.unroute(session, channel, _number(sent.get("route", "")))
        case "retry":
            channelling.again(session, channel, now, [_number(sent.get("send", ""))])
        case _:
            raise WrongUse("form: no such button")


def _fields(pairs: Pairs) -> dict[str, str]:
    return {name: value.strip().replace("\x00", "") for name, value in pairs}


def _locale(text: str) -> Locale | None:
    return Locale(text) if text in set(Locale) else None


def _days(text: str) -> int | None:
    if not text:
        return None
    return int(text) if text.isdecimal() and len(text) < 4 else 0  # which is refused by its name


def _number(text: str) -> int:
    try:
        return paging.big_number(text)
    except ValueError as error:
        raise WrongUse("form: a number is missing") from error


def _back(channel: str) -> RedirectResponse:
    return RedirectResponse(f"/channels#channel-{quote(channel)}", status_code=303)


def _refused(request: Request, services: Services, said: Said, error: WrongChannel) -> HTMLResponse:
    form = {name: text for name, text in (said.form or {}).items() if name != "url"}
    wrong = {_FIELDS.get(error.why, "url"): error.why}
    return _answer(request, services, replace(said, form=form, wrong=wrong), status=400)


def _answer(request: Request, services: Services, said: Said, *, status: int = 200) -> HTMLResponse:
    """The page as it is now; no connection was held while a channel was tried."""
    with services.database.transaction() as session:
        page = _page(request, session, said, status=status)
    page.headers["Cache-Control"] = "no-store"
    return page


def _page(request: Request, session: Session, said: Said, *, status: int = 200) -> HTMLResponse:
    store, sends = ChannelStore(session), SendStore(session)
    waiting, routes = sends.waiting(), store.routes()
    shown = [
        Shown(one, routes.get(one.id, []), waiting.get(one.id, Waiting()),
              sends.latest(one.id, limit=_SHOWN))
        for one in store.all()
    ]  # fmt: skip
    alerts, names = _about(session, [send for one in shown for send in one.sends])
    return pages(request).render(
        request, "channels.html", status=status, shown=shown, said=said, words=words,
        owners=known_owners(session), is_known=is_known, alerts=alerts, names=names, kpis=KPIS,
        rules=RuleStore(session).all(), severities=list(Severity), rule_words=rule_words,
        events=list(Event), locales=list(Locale), now=request.app.state.services.now(),
    )  # fmt: skip


def _about(session: Session, sends: list[Send]) -> tuple[dict[int, Alert], dict[UUID, str]]:
    """The alerts of sends by the id of the change, and the names of their accounts."""
    changes = AlertStore(session).changes([one.change_id for one in sends])
    alerts = {key: alert for key, (_, alert) in changes.items()}
    accounts = AccountStore(session).standing([one.account_id for one in alerts.values()])
    return alerts, {key: account.name for key, account in accounts.items()}
