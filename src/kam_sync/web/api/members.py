"""People who log in here: listing, inviting and changing them. (Users are those of the CRMs.)"""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from kam_sync.access import members, model
from kam_sync.access.members import Change
from kam_sync.access.model import Role
from kam_sync.access.store import MemberStore
from kam_sync.web.deps import Asking, Reading, Whole, read_id
from kam_sync.web.paging import Page, Text
from kam_sync.web.visitor import actor_of, link_to

router = APIRouter(tags=["members"])

_KEEPERS = Field(
    default=None,
    description="Of the role kam: whose accounts are seen, each an e-mail or source/id as the CRM "
    "knows them; empty: of who has the member's e-mail.",
    examples=[["olga@example.com"]],
)


class Member(BaseModel):
    """Somebody who may log in."""

    id: str
    email: str
    name: str
    role: Role
    keeper_keys: list[str]
    is_active: bool
    made_at: datetime
    password_set_at: datetime | None
    entered_at: datetime | None = Field(description="When the last log-in was.")


class Invited(Member):
    """A new member, with the link to set a password."""

    link: str = Field(description="Shown this once; good once and for three days.")


class Invitation(BaseModel):
    """Who is to be let in."""

    model_config = ConfigDict(extra="forbid")

    email: Text = Field(examples=["olga@example.com"])
    name: Text = ""
    role: Role
    keeper_keys: list[Text] | None = _KEEPERS


class ChangedMember(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: Text | None = None
    role: Role | None = None
    keeper_keys: list[Text] | None = _KEEPERS
    is_active: StrictBool | None = Field(
        default=None, description="False ends all log-ins; one active admin always stays."
    )


@router.get("/members")
def list_members(session: Reading) -> Page[Member]:
    """All of them, by name."""
    return Page(items=[_member(one) for one in MemberStore(session).all()])


@router.post("/members", status_code=201)
def invite_member(request: Request, who: Asking, services: Whole, new: Invitation) -> Invited:
    """Let somebody in: hand over the link, by which they set a password."""
    wanted = Change(new.name, new.role, new.keeper_keys)
    with services.database.transaction() as session:
        actor, now = actor_of(request, who), services.now()
        found, token = members.invite(session, new.email, wanted, actor, now)
        link = link_to(request, services, token)
        return Invited(**_member(found).model_dump(), link=link)


@router.patch("/members/{member_id}")
def change_member(
    request: Request, who: Asking, services: Whole, member_id: str, wanted: ChangedMember
) -> Member:
    """Change what somebody may, or switch them off and on."""
    its, change = read_id("member", member_id), Change(**wanted.model_dump())
    with services.database.transaction() as session:
        actor, now = actor_of(request, who), services.now()
        return _member(members.change(session, its, change, actor, now))


def _member(found: model.Member) -> Member:
    plain = found.model_dump(include=set(Member.model_fields) - {"id"})
    return Member(id=str(found.id), **plain)
