"""Connecting a CRM account, or opening one anew: a form, and a link that leads to the CRM."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from connectors import ErrorKind, OAuthApp, spoken
from kam_sync import connecting, consenting
from kam_sync.base.errors import CrmTrouble, WrongUse
from kam_sync.consenting import Wish
from kam_sync.granting import kind_of
from kam_sync.intake.model import NewSource
from kam_sync.intake.store import GrantStore
from kam_sync.web.deps import AllSources, NamedSource, Serving
from kam_sync.web.pages.connect_form import BY_TOKEN, FIRST, Typed, wrongs
from kam_sync.web.pages.forms import Fields
from kam_sync.web.render import pages
from kam_sync.web.wording import doors as door_words
from kam_sync.wiring import Services, can_grant, doors

router = APIRouter()


@router.get("/sources/connect", response_class=HTMLResponse)
def show_form(request: Request, services: Serving, kind: str = FIRST) -> HTMLResponse:
    """The form for a kind of CRM, with the redirect URI that is to be registered."""
    kind = kind if kind in doors() else FIRST
    typed = Typed(kind=kind, redirect_uri=_callback(request, services, kind))
    return _form(request, typed, is_chosen="kind" in request.query_params)


@router.post("/sources/connect", response_class=HTMLResponse)
def connect(request: Request, services: Serving, sent: Fields, turn: str = "") -> Response:
    """Connect by a token, or show the link that leads to the CRM's consent page.

    Who turns to another kind keeps what was typed, but for secrets.
    """
    if turn in doors():
        typed = Typed.of({**sent, "kind": turn, "redirect_uri": _callback(request, services, turn)})
        return _form(request, typed)
    typed = Typed.of(sent)
    wrong = wrongs(services, pages(request).language(request), typed, sent)
    if wrong:
        return _form(request, typed, wrong=wrong)
    try:
        if typed.way == BY_TOKEN:
            new = NewSource(name=typed.name, kind=typed.kind, base_url=typed.address)
            connecting.add(services, new, sent.get("token", ""), typed.options)
            return RedirectResponse(f"/sources/{quote(typed.name)}/connected", status_code=303)
        app = OAuthApp(typed.client_id, sent.get("client_secret", ""), typed.redirect_uri)
        wish = Wish(typed.name, typed.kind, typed.address, app, typed.options)
        return _link(request, services, wish)
    except (WrongUse, CrmTrouble) as error:
        return _form(request, typed, error)


@router.get("/sources/{source}/reauth", response_class=HTMLResponse)
def show_reauth(request: Request, sources: AllSources, source: str) -> HTMLResponse:
    """How to open a source anew."""
    found = sources.named(source)
    return _reauth(
        request, found.name, is_granted=can_grant(found.kind) and found.id in sources.granted
    )


@router.post("/sources/{source}/reauth", response_class=HTMLResponse)
def reauth(request: Request, services: Serving, source: NamedSource, sent: Fields) -> Response:
    """Open it by another token, or show the link that leads to the CRM's consent page."""
    with services.database.transaction() as session:
        is_granted = can_grant(source.kind) and source.id in GrantStore(session).sources()
    token = sent.get("token", "")
    try:
        if is_granted:
            return _link(request, services, consenting.wish_anew(services, source.name))
        if not token:
            return _reauth(request, source.name, is_granted=False, is_missing=True)
        connecting.renew_token(services, source.id, token)
    except (WrongUse, CrmTrouble) as error:
        return _reauth(request, source.name, is_granted=is_granted, error=error)
    return RedirectResponse("/sources", status_code=303)


def _callback(request: Request, services: Services, kind: str) -> str:
    if services.settings.public_url is not None:
        return consenting.callback_of(services.settings, kind)
    return f"{str(request.base_url).rstrip('/')}/oauth/{kind}/callback"


def _form(
    request: Request,
    typed: Typed,
    error: Exception | None = None,
    *,
    wrong: Mapping[str, str] | None = None,
    is_chosen: bool = True,
) -> HTMLResponse:
    status = 400 if error or wrong else 200
    known = doors()
    shown = {
        "typed": typed, "wrong": wrong or {}, "doors": known, "door": known[typed.kind],
        "by_oauth": can_grant(typed.kind), "is_chosen": is_chosen, "door_words": door_words,
        **_told(request, error),
    }  # fmt: skip
    return _page(request, "connect.html", status=status, **shown)


def _link(request: Request, services: Services, wish: Wish) -> HTMLResponse:
    if not can_grant(wish.kind):
        raise WrongUse(f"kind {wish.kind}: it has no page of consent; give a token")
    consent, link = consenting.begin(services, wish)
    door = doors()[wish.kind]
    return _page(request, "allow.html", wish=wish, consent=consent, link=link, door=door)


def _reauth(
    request: Request,
    name: str,
    *,
    is_granted: bool,
    error: Exception | None = None,
    is_missing: bool = False,
) -> HTMLResponse:
    status = 400 if error or is_missing else 200
    shown = {
        "name": name,
        "is_granted": is_granted,
        "is_missing": is_missing,
        **_told(request, error),
    }
    return _page(request, "reauth.html", status=status, **shown)


def _told(request: Request, error: Exception | None) -> dict[str, Any]:
    """What went wrong, as the templates say it."""
    if error is None:
        return {"error": "", "error_kind": None}
    kind, language = kind_of(error), pages(request).language(request)
    said = spoken(error, language.locale)
    return {"error": said, "error_kind": kind, "is_plain": kind is ErrorKind.BAD_PROFILE}


def _page(request: Request, template: str, **values: Any) -> HTMLResponse:
    """A page that no browser and no proxy keeps: the link in it opens a CRM account."""
    page = pages(request).render(request, template, **values)
    page.headers["Cache-Control"] = "no-store"
    return page
