"""My account: who I am here, my password, and where I am logged in."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kam_sync.access import entering, members, passwords
from kam_sync.access.model import Actor, Member
from kam_sync.access.store import LoginStore, MemberStore
from kam_sync.access.wrong import Ill, WrongAccess
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere, WrongUse
from kam_sync.web.deps import Asking, Whole
from kam_sync.web.gate import cookie_name
from kam_sync.web.pages.forms import Fields
from kam_sync.web.pages.login import let_in
from kam_sync.web.render import pages
from kam_sync.web.visitor import browser_of
from kam_sync.wiring import Services

router = APIRouter()


@router.get("/me", response_class=HTMLResponse)
def show_me(request: Request, who: Asking, services: Whole, did: str = "") -> HTMLResponse:
    """My account."""
    with services.database.transaction() as session:
        return _page(request, session, services, who.email, did=did)


@router.post("/me")
def change_me(request: Request, who: Asking, services: Whole, sent: Fields) -> Response:
    """Do what the button says."""
    browser, now = browser_of(request), services.now()
    token = request.cookies.get(cookie_name(request), "")
    try:
        with services.database.transaction() as session:
            me = _me(session, who.email)
            actor = Actor(me.email, browser.address)
            if sent.get("do") == "password":
                _require_known(session, me, sent.get("old", ""))
                members.set_password(session, me, sent.get("password", ""), actor, now)
                fresh = entering.begin(session, me, browser, now)
                return let_in(request, fresh.token, "/me?did=password")
            if sent.get("do") != "end":
                raise WrongUse("form: no such button")
            this = entering.this_login(session, token, now)
            members.end_logins(session, me, actor, now, but=this)
    except WrongAccess as error:
        with services.database.transaction() as session:
            return _page(request, session, services, who.email, wrong=error.why)
    return RedirectResponse("/me?did=end", status_code=303)


def _require_known(session: Session, me: Member, old: str) -> None:
    kept = MemberStore(session).password_hash(me.id)
    if kept is not None and not passwords.fits(kept, old):
        raise WrongAccess(Ill.OLD_PASSWORD, "password: the one of now is another")


def _me(session: Session, email: str) -> Member:
    if not email:
        raise NotHere("account: nobody is logged in")
    return MemberStore(session).by_email(email)


def _page(
    request: Request,
    session: Session,
    services: Services,
    email: str,
    *,
    did: str = "",
    wrong: Ill | None = None,
) -> HTMLResponse:
    now = services.now()
    me = _me(session, email) if email else None
    token = request.cookies.get(cookie_name(request), "")
    return pages(request).render(
        request, "me.html", status=422 if wrong else 200, me=me, did=did, wrong=wrong,
        logins=LoginStore(session).of(me.id, now) if me else [],
        this=entering.this_login(session, token, now),
        has_password=me is not None and MemberStore(session).password_hash(me.id) is not None,
    )  # fmt: skip
