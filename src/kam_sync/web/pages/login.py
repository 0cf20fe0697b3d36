"""The log-in: by a password, by a link that sets one, and the way out."""

from dataclasses import dataclass
from math import ceil
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kam_sync.access import entering, members
from kam_sync.access.entering import Entered
from kam_sync.access.model import Actor
from kam_sync.access.store import MemberStore
from kam_sync.access.store.logins import LONGEST
from kam_sync.access.wrong import WrongAccess
from kam_sync.web.deps import Serving
from kam_sync.web.gate import LOGIN, cookie_name, identity
from kam_sync.web.pages.forms import Fields
from kam_sync.web.paging import Text
from kam_sync.web.render import pages
from kam_sync.web.visitor import LINK, browser_of
from kam_sync.wiring import Services

router = APIRouter()

Next = Annotated[str, Query(alias="next")]
"""Where to go on to, once one is logged in."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the form says."""

    way: str
    email: str = ""
    is_wrong: bool = False
    wait: int = 0
    """Seconds."""
    trouble: str = ""


@router.get(LOGIN, response_class=HTMLResponse)
def show_login(
    request: Request,
    services: Serving,
    way: Next = "/",
    trouble: str = "",
) -> Response:
    """The form; who is logged in already goes on."""
    if identity(request) is not None:
        return RedirectResponse(path_of_ours(way), status_code=303)
    return _form(request, services, _Shown(way, trouble=trouble))


@router.post(LOGIN)
def log_in(request: Request, services: Serving, sent: Fields) -> Response:
    """Let in who knows the password."""
    email, password = sent.get("email", ""), request_password(sent)
    with services.database.transaction() as session:
        came = entering.enter(session, email, password, browser_of(request), services.now())
    if isinstance(came, Entered):
        return let_in(request, came.token, sent.get("next", "/"))
    wait = ceil(came.wait.total_seconds()) if came.wait is not None else 0
    shown = _Shown(sent.get("next", "/"), email=email, is_wrong=True, wait=wait)
    answer = _form(request, services, shown)
    if wait:
        answer.headers["Retry-After"] = str(wait)
    return answer


@router.get(LINK + "/{token}", response_class=HTMLResponse)
def show_link(request: Request, services: Serving, token: Text) -> HTMLResponse:
    """Where somebody who was invited sets a password."""
    with services.database.transaction() as session:
        email = members.whose_link(session, token, services.now()).email
    return pages(request).render(request, "login_link.html", email=email, wrong=None)


@router.post(LINK + "/{token}")
def set_password(request: Request, services: Serving, token: Text, sent: Fields) -> Response:
    """Set the password, and let in at once."""
    password, browser, now = request_password(sent), browser_of(request), services.now()
    with services.database.transaction() as session:
        email = members.whose_link(session, token, now).email
    try:
        with services.database.transaction() as session:
            member = members.take_link(session, token, password, browser.address, now)
            came = entering.begin(session, member, browser, now)
    except WrongAccess as error:
        return pages(request).render(
            request, "login_link.html", status=422, email=email, wrong=error.why
        )
    return let_in(request, came.token, "/")


@router.post("/logout")
def log_out(request: Request, services: Serving) -> Response:
    """End the log-in of this browser."""
    who, token = identity(request), request.cookies.get(cookie_name(request))
    if who is not None and token:
        actor = Actor(who.email, browser_of(request).address)
        with services.database.transaction() as session:
            entering.leave(session, token, actor, services.now())
    answer = RedirectResponse(LOGIN, status_code=303)
    answer.delete_cookie(
        cookie_name(request), secure=request.app.state.is_https, httponly=True, samesite="lax"
    )
    return answer


def let_in(request: Request, token: str, way: str) -> Response:
    """On the way to where somebody wanted to go, with a new token."""
    answer = RedirectResponse(path_of_ours(way), status_code=303)
    answer.set_cookie(
        cookie_name(request), token, max_age=int(LONGEST.total_seconds()), httponly=True,
        secure=request.app.state.is_https, samesite="lax",
    )  # fmt: skip
    return answer


def path_of_ours(way: str) -> str:
    """A path that a log-in may lead to: of these pages, and no other site's."""
    try:
        parts = urlsplit(way)
    except ValueError:  # brackets that do not close
        return "/"
    is_odd = "\\" in way or any(ord(letter) < 33 for letter in way)
    is_ours = way.startswith("/") and not way.startswith("//") and not parts.netloc
    return way if is_ours and not is_odd and not way.startswith(("/login", "/logout")) else "/"


def request_password(sent: dict[str, str]) -> str:
    """What was typed as a password, as far as one can be long."""
    return sent.get("password", "")[:1000]


def _form(request: Request, services: Services, shown: _Shown) -> HTMLResponse:
    with services.database.transaction() as session:
        is_empty = MemberStore(session).is_empty()
    status = 429 if shown.wait else 401 if shown.is_wrong else 200
    return pages(request).render(
        request, "login.html", status=status, way=path_of_ours(shown.way), email=shown.email,
        is_wrong=shown.is_wrong, wait=shown.wait, is_empty=is_empty, trouble=shown.trouble,
        has_provider=bool(services.settings.oidc_issuer),
    )  # fmt: skip
