"""Who asks, and whether they may: the one dependency of every router.

A router is included with the area that it is about. Whoever is unknown is asked to log in; whoever
is known and may not is told so. What changes something has to come from our own pages, unless a key
was shown: browsers send cookies with what other sites make them ask for, too.
"""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, HTTPException, Request

from kam_sync.access import entering
from kam_sync.access.model import LOCAL, Area, Deed, Identity
from kam_sync.access.roles import may
from kam_sync.access.store import MemberStore
from kam_sync.base.db import Session
from kam_sync.base.errors import NotAllowed
from kam_sync.wiring import Services

LOGIN = "/login"
_READING = {"GET", "HEAD", "OPTIONS"}
_FORWARDED = (
    "forwarded", "x-forwarded-for", "x-real-ip", "x-forwarded-host", "x-forwarded-proto", "via",
    "cf-connecting-ip", "true-client-ip",
)  # fmt: skip
_OURS = {"same-origin", "none"}
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="kam_sync"'}


class Gate:
    """Lets those in who may do in an area what they ask for."""

    def __init__(self, area: Area) -> None:
        self.area = area

    def __call__(self, request: Request) -> None:
        """Find out who asks, and refuse who may not."""
        who = identity(request)
        if who is None:
            raise Unknown(request)
        request.state.identity = who
        deed = Deed.SEE if request.method in _READING else Deed.CHANGE
        if deed is Deed.CHANGE and not who.is_program:
            require_our_pages(request, must_say=who is not LOCAL)
        if not may(who, self.area, deed):
            narrowed = "with its areas " if may(replace(who, areas=None), self.area, deed) else ""
            raise NotAllowed(
                f"role {who.role.value} {narrowed}may not {deed.value} {self.area.value}"
            )


class Unknown(HTTPException):
    """Nobody we know; `way` is where people log in, and come back from."""

    def __init__(self, request: Request) -> None:
        super().__init__(
            401, "log in, or show an API key: Authorization: Bearer kam_...", _CHALLENGE
        )
        self.way = way_in(request)


def open_to_all(request: Request) -> None:
    """For what anybody may ask: says so, and keeps other sites from making browsers ask for it."""
    if request.method not in _READING:
        require_our_pages(request, must_say=False)


def needs(area: Area) -> list[Any]:
    """The dependency of a router that is about an area."""
    return [Depends(Gate(area))]


def identity(request: Request) -> Identity | None:
    """Who asks: by a key, else by the cookie of a log-in, else somebody at this machine.

    One query for who is known; a second one where nobody is, to see whether anybody has to be.
    """
    services: Services = request.app.state.services
    with services.database.transaction(fenced=False) as session:
        return _found(session, request, services)


def _found(session: Session, request: Request, services: Services) -> Identity | None:
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return entering.by_key(session, shown.strip(), services.now())
    token = request.cookies.get(cookie_name(request))
    who = entering.by_token(session, token, services.now()) if token else None
    if who is None and is_local(request) and MemberStore(session).is_empty():
        return LOCAL
    return who


def is_local(request: Request) -> bool:
    """Whether it can only come from this machine: no proxy tells of others that it speaks for.

    HTTP/1.0 is what a proxy speaks that tells nothing, and no browser does.
    """
    is_passed_on = any(name in request.headers for name in _FORWARDED)
    is_old = request.scope.get("http_version") == "1.0"
    return request.app.state.is_local and not is_passed_on and not is_old


def cookie_name(request: Request) -> str:
    """What the cookie of a log-in is called; browsers take the prefix from https alone."""
    return "__Host-kam_sync" if request.app.state.is_https else "kam_sync"


def require_our_pages(request: Request, *, must_say: bool) -> None:
    """Refuse what another site makes a browser send, and what does not say where it comes from."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin is None and site is None and must_say:
        raise HTTPException(403, "what changes something must say by Origin where it comes from")
    if (site or "none") not in _OURS or not (origin is None or _is_ours(request, origin)):
        raise HTTPException(
            403, "another site may not ask for this (a proxy in front must pass on the Host header)"
        )


def _is_ours(request: Request, origin: str) -> bool:
    """Whether a page of ours sends it; a proxy may have changed the host that was asked."""
    services: Services = request.app.state.services
    public = services.settings.public_url
    hosts = {request.headers.get("host"), public and urlsplit(str(public)).netloc}
    try:
        return urlsplit(origin).netloc in hosts
    except ValueError:  # brackets that do not close
        return False


def way_in(request: Request) -> str:
    """The page of the log-in, that leads back to what was asked for."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method not in _READING or asked == "/":
        return LOGIN
    return f"{LOGIN}?{urlencode({'next': asked})}"
