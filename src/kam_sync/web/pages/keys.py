"""Settings: API keys, made here and shown once."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kam_sync.access import keys
from kam_sync.access.keys import A_YEAR, NEVER, KeyWish
from kam_sync.access.model import Role
from kam_sync.access.store import KeyStore
from kam_sync.access.wrong import Ill, WrongAccess
from kam_sync.accounts.store.keepers import KeeperStore
from kam_sync.base.errors import WrongUse
from kam_sync.web.deps import Asking, Whole
from kam_sync.web.pages.forms import Fields, Pairs
from kam_sync.web.render import pages
from kam_sync.web.visitor import actor_of, base_of
from kam_sync.wiring import Services

router = APIRouter()

PATH = "/settings/keys"
LASTING = ("30d", "90d", A_YEAR, NEVER)


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a button."""

    name: str = ""
    text: str = ""
    """The key, this once."""
    path: str = "/api/v1/accounts"
    """What it may ask for, as an example."""
    wrong: Ill | None = None
    form: dict[str, str] | None = None


@router.get(PATH, response_class=HTMLResponse)
def show_keys(request: Request, services: Whole) -> HTMLResponse:
    """All keys."""
    return _answer(request, services, Said())


@router.post(PATH)
def make(
    request: Request, who: Asking, services: Whole, sent: Fields, pairs: Pairs
) -> HTMLResponse:
    """Make a key, and show it this once."""
    areas = [value for name, value in pairs if name == "areas" and value]
    wish = KeyWish(
        sent.get("name", ""), _role(sent), areas, sent.get("expires", A_YEAR),
        sent.get("keepers", "").split(),
    )  # fmt: skip
    try:
        with services.database.transaction() as session:
            _, text = keys.make(session, wish, actor_of(request, who), services.now())
    except WrongAccess as error:
        return _answer(request, services, Said(wrong=error.why, form=sent), status=422)
    return _answer(request, services, Said(wish.name, text, keys.example_path(areas)))


@router.post(PATH + "/{key_id}/revoke")
def revoke(request: Request, who: Asking, services: Whole, key_id: str) -> Response:
    """Let nobody in by it any more."""
    with services.database.transaction() as session:
        keys.revoke(session, key_id, actor_of(request, who), services.now())
    return RedirectResponse(PATH, status_code=303)


def _role(sent: dict[str, str]) -> Role:
    try:
        return Role(sent.get("role", ""))
    except ValueError as error:
        raise WrongUse("form: choose a role") from error


def _answer(request: Request, services: Services, said: Said, *, status: int = 200) -> HTMLResponse:
    """The page as it is now."""
    with services.database.transaction() as session:
        return pages(request).render(
            request, "keys.html", status=status, said=said, roles=list(Role), lasting=LASTING,
            keys=KeyStore(session).all(), keepers=KeeperStore(session).all(), now=services.now(),
            base=base_of(request, services),
        )  # fmt: skip
