"""Settings: people who log in, with what they may, and what was done to access."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kam_sync.access import members
from kam_sync.access.members import Change
from kam_sync.access.model import Actor, Member, Role
from kam_sync.access.store import EventStore, MemberStore
from kam_sync.access.wrong import Ill, WrongAccess
from kam_sync.accounts.store.keepers import KeeperStore
from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse
from kam_sync.web.deps import Asking, Whole, read_id
from kam_sync.web.pages.forms import Fields
from kam_sync.web.render import pages
from kam_sync.web.visitor import actor_of, link_to
from kam_sync.wiring import Services

router = APIRouter()

PATH = "/settings/people"
_EVENTS = 50


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a button."""

    about: str = ""
    """The e-mail."""
    link: str = ""
    wrong: Ill | None = None
    form: dict[str, str] | None = None


@router.get(PATH, response_class=HTMLResponse)
def show_members(request: Request, services: Whole) -> HTMLResponse:
    """All of them."""
    return _answer(request, services, Said())


@router.post(PATH)
def invite(request: Request, who: Asking, services: Whole, sent: Fields) -> Response:
    """Invite somebody, and show the link this once."""
    try:
        with services.database.transaction() as session:
            actor, now = actor_of(request, who), services.now()
            member, token = members.invite(
                session, sent.get("email", ""), _wanted(sent), actor, now
            )
            said = Said(member.email, link_to(request, services, token))
    except WrongAccess as error:
        return _answer(request, services, Said(wrong=error.why, form=sent), status=422)
    return _answer(request, services, said)


@router.post(PATH + "/{member_id}")
def act(request: Request, who: Asking, services: Whole, member_id: str, sent: Fields) -> Response:
    """Do what the button says."""
    its = read_id("member", member_id)
    try:
        with services.database.transaction() as session:
            member = MemberStore(session).by_id(its)
            token = _do(session, services, member, actor_of(request, who), sent)
            email = member.email
    except WrongAccess as error:
        return _answer(
            request, services, Said(email_of(services, its), wrong=error.why), status=422
        )
    if token:
        return _answer(request, services, Said(email, link_to(request, services, token)))
    return RedirectResponse(PATH, status_code=303)


def email_of(services: Services, member_id: UUID) -> str:
    """Whom it is about."""
    with services.database.transaction() as session:
        return MemberStore(session).by_id(member_id).email


def _do(
    session: Session, services: Services, member: Member, actor: Actor, sent: dict[str, str]
) -> str:
    """Do it; a link where one was asked for."""
    now = services.now()
    match sent.get("do"):
        case "change":
            members.change(session, member.id, _wanted(sent), actor, now)
        case "off" | "on" as switch:
            wanted = Change(is_active=switch == "on")
            members.change(session, member.id, wanted, actor, now)
        case "end":
            members.end_logins(session, member, actor, now)
        case "link":
            return members.link(session, member.id, actor, now)
        case _:
            raise WrongUse("form: no such button")
    return ""


def _wanted(sent: dict[str, str]) -> Change:
    role = sent.get("role", "")
    if role not in set(Role):
        raise WrongUse("form: choose a role")
    return Change(sent.get("name", ""), Role(role), sent.get("keepers", "").split())


def _answer(request: Request, services: Services, said: Said, *, status: int = 200) -> HTMLResponse:
    with services.database.transaction() as session:
        return pages(request).render(
            request, "members.html", status=status, said=said, roles=list(Role),
            members=MemberStore(session).all(), keepers=KeeperStore(session).all(),
            events=EventStore(session).newest(_EVENTS),
        )  # fmt: skip
