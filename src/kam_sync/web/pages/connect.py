"""Connecting a CRM account, or opening one anew: a form, and a link that leads to the CRM."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote

from fastapi import APIRouter, Body, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from connectors import OAuthApp
from kam_sync import connecting, consenting
from kam_sync.base.errors import CrmTrouble, WrongUse
from kam_sync.consenting import Wish
from kam_sync.intake.model import NewSource
from kam_sync.intake.store import GrantStore
from kam_sync.web.deps import AllSources, NamedSource, Serving, from_our_pages
from kam_sync.web.render import pages
from kam_sync.wiring import Services

router = APIRouter()

Form = Annotated[bytes, Body(media_type="application/x-www-form-urlencoded")]


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into the form; secrets are never shown again."""

    name: str = ""
    kind: str = "amocrm"
    base_url: str = ""
    client_id: str = ""
    redirect_uri: str = ""


@router.get("/sources/connect", response_class=HTMLResponse)
def show_form(request: Request, services: Serving) -> HTMLResponse:
    """The form, with the redirect URI that is to be registered."""
    return _form(request, Typed(redirect_uri=_callback(request, services, "amocrm")))


@router.post(
    "/sources/connect", response_class=HTMLResponse, dependencies=[Depends(from_our_pages)]
)
def connect(request: Request, services: Serving, form: Form = b"") -> Response:
    """Connect by a token, or show the link that leads to the CRM's consent page."""
    given = _fields(form)
    typed = Typed(**{name: given.get(name, "") for name in Typed.__dataclass_fields__})
    try:
        base_url = _address(typed.base_url)
        if given.get("token"):
            new = NewSource(name=typed.name, kind=typed.kind, base_url=base_url)
            connecting.add(services, new, given["token"], {})
            return RedirectResponse(f"/sources/{quote(typed.name)}/fields", status_code=303)
        app = OAuthApp(typed.client_id, given.get("client_secret", ""), typed.redirect_uri)
        return _link(request, services, Wish(typed.name, typed.kind, base_url, app))
    except (WrongUse, CrmTrouble) as error:
        return _form(request, typed, str(error))


@router.get("/sources/{source}/reauth", response_class=HTMLResponse)
def show_reauth(request: Request, sources: AllSources, source: str) -> HTMLResponse:
    """How to open a source anew."""
    found = sources.named(source)
    return _reauth(request, found.name, is_granted=found.id in sources.granted)


@router.post(
    "/sources/{source}/reauth", response_class=HTMLResponse, dependencies=[Depends(from_our_pages)]
)
def reauth(request: Request, services: Serving, source: NamedSource, form: Form = b"") -> Response:
    """Open it by another token, or show the link that leads to the CRM's consent page."""
    with services.database.transaction() as session:
        is_granted = source.id in GrantStore(session).sources()
    token = _fields(form).get("token", "")
    try:
        if is_granted:
            return _link(request, services, consenting.wish_anew(services, source.name))
        connecting.renew_token(services, source.id, token)
    except (WrongUse, CrmTrouble) as error:
        return _reauth(request, source.name, is_granted=is_granted, error=str(error))
    return RedirectResponse("/sources", status_code=303)


def _fields(form: bytes) -> dict[str, str]:
    pairs = parse_qsl(form.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: value.strip() for name, value in pairs}


def _address(typed: str) -> str:
    """People type the name of their account with or without the scheme."""
    return typed.rstrip("/") if "://" in typed else f"https://{typed.rstrip('/')}"


def _callback(request: Request, services: Services, kind: str) -> str:
    if services.settings.public_url is not None:
        return consenting.callback_of(services.settings, kind)
    return f"{str(request.base_url).rstrip('/')}/oauth/{kind}/callback"


def _form(request: Request, typed: Typed, error: str = "") -> HTMLResponse:
    status = 400 if error else 200
    return _page(request, "connect.html", status=status, typed=typed, error=error)


def _link(request: Request, services: Services, wish: Wish) -> HTMLResponse:
    consent, link = consenting.begin(services, wish)
    return _page(request, "allow.html", wish=wish, consent=consent, link=link)


def _reauth(request: Request, name: str, *, is_granted: bool, error: str = "") -> HTMLResponse:
    status = 400 if error else 200
    shown = {"name": name, "is_granted": is_granted, "error": error}
    return _page(request, "reauth.html", status=status, **shown)


def _page(request: Request, template: str, **values: Any) -> HTMLResponse:
    """A page that no browser and no proxy keeps: the link in it opens a CRM account."""
    page = pages(request).render(request, template, **values)
    page.headers["Cache-Control"] = "no-store"
    return page
