"""Where webhooks to integrators are sent: how it goes, the last of them, and buttons."""

from dataclasses import dataclass, field, replace
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kam_sync import targeting
from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse
from kam_sync.notify.model import Listed, Target, Waiting, Wrong, WrongTarget
from kam_sync.notify.store import DeliveryStore, TargetStore
from kam_sync.targeting import Tested
from kam_sync.web.deps import Reading, Serving
from kam_sync.web.pages.forms import Fields
from kam_sync.web.render import pages
from kam_sync.web.wording import targets as words
from kam_sync.wiring import Services

router = APIRouter()

_SHOWN = 20
_FIELDS = {Wrong.NAME: "name", Wrong.NAME_TAKEN: "name", Wrong.EVENTS: "events"}
"""Where what is wrong was typed; all else is about the address."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of a target."""

    target: Target
    waiting: Waiting
    deliveries: list[Listed]


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a button."""

    name: str = ""
    tested: Tested | None = None
    secret: str = ""
    form: dict[str, str] | None = None
    """What stood in the fields, where it was refused."""
    wrong: dict[str, Wrong] = field(default_factory=dict)
    """What is wrong, by field."""


@router.get("/targets", response_class=HTMLResponse)
def show_targets(request: Request, session: Reading) -> HTMLResponse:
    """All targets."""
    return _page(request, session, Said())


@router.post("/targets")
def add(request: Request, services: Serving, sent: Fields) -> HTMLResponse:
    """Make a target, and show its secret this once."""
    name, url = sent.get("name", ""), sent.get("url", "")
    try:
        _, secret = targeting.add(services, name, url, sent.get("events", "").split())
    except WrongTarget as error:
        return _refused(request, services, Said(form=sent), error)
    return _answer(request, services, Said(name, secret=secret))


@router.post("/targets/{target}")
def act(request: Request, services: Serving, target: str, sent: Fields) -> Response:
    """Do what a button says."""
    match sent.get("do"):
        case "test":
            return _answer(request, services, Said(target, targeting.ping(services, target)))
        case "rotate":
            _, secret = targeting.rotate(services, target)
            return _answer(request, services, Said(target, secret=secret))
        case "set":
            return _set(request, services, target, sent)
        case "pause" | "resume" | "replay" | "remove" as what:
            _change(services, target, what, sent.get("delivery", ""))
        case _:
            raise WrongUse("form: no such button")
    return _back(target)


def _set(request: Request, services: Services, target: str, sent: dict[str, str]) -> Response:
    """Another address, other events; all of them when none is named."""
    events = sent.get("events", "").split() or targeting.ALL
    try:
        targeting.change(services, target, url=sent.get("url", ""), events=events)
    except WrongTarget as error:
        return _refused(request, services, Said(target, form=sent), error)
    return _back(target)


def _back(target: str) -> RedirectResponse:
    return RedirectResponse(f"/targets#target-{quote(target)}", status_code=303)


def _refused(request: Request, services: Services, said: Said, error: WrongTarget) -> HTMLResponse:
    wrong = {_FIELDS.get(error.why, "url"): error.why}
    return _answer(request, services, replace(said, wrong=wrong), status=400)


def _change(services: Services, target: str, what: str, delivery: str) -> None:
    now = services.now()
    with services.database.transaction() as session:
        if what == "pause":
            targeting.pause(session, target)
        elif what == "resume":
            targeting.resume(session, target, now)
        elif what == "remove":
            targeting.remove(session, target, now)
        else:
            targeting.replay(session, target, now, ids=[delivery] if delivery else [])


def _answer(request: Request, services: Services, said: Said, *, status: int = 200) -> HTMLResponse:
    """The page as it is now; no connection was held while a target was asked."""
    with services.database.transaction() as session:
        page = _page(request, session, said, status=status)
    page.headers["Cache-Control"] = "no-store"
    return page


def _page(request: Request, session: Session, said: Said, *, status: int = 200) -> HTMLResponse:
    store = DeliveryStore(session)
    waiting = store.waiting()
    shown = [
        Shown(one, waiting.get(one.id, Waiting()), store.latest(one.id, limit=_SHOWN))
        for one in TargetStore(session).all()
    ]
    return pages(request).render(
        request, "targets.html", status=status, shown=shown, said=said, words=words,
        events=words.events(),
    )  # fmt: skip
