"""The log-in through a company's identity provider: the way there, and back."""

from datetime import timedelta

import orjson
import structlog
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kam_sync.access import entering, trusting
from kam_sync.access.oidc import Attempt, Provider, ProviderTrouble
from kam_sync.base.errors import NotHere, WrongSettings
from kam_sync.web.deps import Serving
from kam_sync.web.gate import LOGIN
from kam_sync.web.pages.login import Next, let_in, path_of_ours
from kam_sync.web.visitor import base_of, browser_of
from kam_sync.wiring import Services

router = APIRouter()

PATH = f"{LOGIN}/oidc"
_LASTS = timedelta(minutes=10)

_log = structlog.get_logger("kam_sync.access")


@router.get(PATH)
def begin(request: Request, services: Serving, way: Next = "/") -> Response:
    """To the provider, with what the attempt is known again by sealed in a cookie."""
    try:
        address, attempt = _provider(request, services).begin()
    except ProviderTrouble as error:
        return _failed(error)
    until = (services.now() + _LASTS).isoformat()
    sealed = services.cipher.lock(
        orjson.dumps({**attempt.plain(), "next": path_of_ours(way), "until": until}).decode()
    )
    answer = RedirectResponse(address, status_code=303)
    answer.set_cookie(
        _cookie(request), sealed, max_age=int(_LASTS.total_seconds()), httponly=True,
        secure=request.app.state.is_https, samesite="lax",
    )  # fmt: skip
    return answer


@router.get(f"{PATH}/callback")
def come_back(request: Request, services: Serving, code: str = "", state: str = "") -> Response:
    """Let in whom the provider and the members know; an attempt is good once."""
    try:
        kept = _unsealed(request, services, state)
        attempt = Attempt(kept["state"], kept["nonce"], kept["verifier"])
        claims = _provider(request, services).finish(code, attempt)
    except ProviderTrouble as error:
        return _forgotten(request, _failed(error))
    browser, now = browser_of(request), services.now()
    with services.database.transaction() as session:
        roles = services.settings.roles_of_groups
        member = trusting.admit(session, claims, roles, browser.address, now)
        came = None if member is None else entering.begin(session, member, browser, now)
    if came is None:
        return _forgotten(request, RedirectResponse(f"{LOGIN}?trouble=stranger", status_code=303))
    return _forgotten(request, let_in(request, came.token, kept["next"]))


def _provider(request: Request, services: Services) -> Provider:
    settings = services.settings
    if not settings.oidc_issuer:
        raise NotHere("log-in: no identity provider is set (KAM_SYNC_OIDC_ISSUER)")
    return Provider(settings, f"{base_of(request, services)}{PATH}/callback")


def _unsealed(request: Request, services: Services, state: str) -> dict[str, str]:
    try:
        kept: dict[str, str] = orjson.loads(
            services.cipher.unlock(request.cookies.get(_cookie(request), ""))
        )
    except (WrongSettings, orjson.JSONDecodeError) as error:
        raise ProviderTrouble("callback: this browser began no log-in") from error
    if not state or state != kept["state"]:
        raise ProviderTrouble("callback: it is of no attempt of this browser")
    if kept["until"] < services.now().isoformat():
        raise ProviderTrouble("callback: the log-in was begun too long ago")
    return kept


def _failed(error: Exception) -> Response:
    _log.warning("log-in through the provider failed", why=str(error))
    return RedirectResponse(f"{LOGIN}?trouble=provider", status_code=303)


def _forgotten(request: Request, answer: Response) -> Response:
    answer.delete_cookie(
        _cookie(request), secure=request.app.state.is_https, httponly=True, samesite="lax"
    )
    return answer


def _cookie(request: Request) -> str:
    return "__Host-kam_sync_oidc" if request.app.state.is_https else "kam_sync_oidc"
