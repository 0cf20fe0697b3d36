"""Groups of accounts: whose child an account is, what is below it, and a way to say so."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from kam_sync.accounts.store import AccountStore
from kam_sync.base.db import Session
from kam_sync.base.settings import Locale
from kam_sync.jobs import joining
from kam_sync.kpi.values import Moment
from kam_sync.matching.model import Member, ParentSaid
from kam_sync.matching.store import GroupStore
from kam_sync.notify.shapes import AccountId as AccountIdShown
from kam_sync.web.api import answers
from kam_sync.web.api.kpis import newest_of
from kam_sync.web.deps import AccountId, By, Reading, Serving, Speaking, read_id
from kam_sync.web.paging import MOST, Text

router = APIRouter(tags=["accounts"])
parents = APIRouter(tags=["accounts"])
"""Who belongs to whom is decided with what is one."""

_MOST_MEMBERS = 1_000


class InGroup(BaseModel):
    """An account of a group."""

    id: AccountIdShown
    name: str
    inn: str | None
    kpp: str | None
    is_active: bool
    depth: int = Field(description="0 for the account that was asked for, 1 for its children.")
    parent_id: str | None
    set_by: str | None = Field(description="Who set the parent; null where the INN says so.")
    set_at: Moment | None


class Said(BaseModel):
    """What a person said of the parent of the account."""

    parent_id: str | None = Field(description="null: it has none, whatever its INN says.")
    by: str
    at: Moment
    note: str
    undone_by: str | None
    undone_at: Moment | None = Field(description="null while it holds.")


class Group(BaseModel):
    """An account with all that is below it."""

    parent: AccountIdShown | None = Field(description="The account right above it.")
    members: list[InGroup] = Field(
        description=f"The account first, then all below it; {_MOST_MEMBERS} at most."
    )
    kpis: list[answers.KpiOfAccount] = Field(description="Of all members together.")
    decisions: list[Said] = Field(description="The latest first, also what was taken back.")


class Wish(BaseModel):
    """Whose child an account is to be."""

    model_config = ConfigDict(extra="forbid")

    parent: Text | None = Field(description="Id of an account; null: of none.")
    note: Text = Field(default="", max_length=1_000, description="Why, for the record.")


@router.get("/accounts/{account_id}/group")
def get_group(session: Reading, account_id: AccountId, locale: Speaking) -> Group:
    """The group of an account: its parent, what is below it, and the KPIs of all that.

    Branches are children of the head office of their INN; a person may say otherwise.
    """
    return _group(session, account_id, locale)


@parents.put("/accounts/{account_id}/parent")
def set_parent(
    services: Serving,
    account_id: AccountId,
    locale: Speaking,
    wish: Annotated[Wish, Body()],
    by: By,
) -> Group:
    """Say whose child an account is, or that it is nobody's; that is stronger than its INN."""
    parent = None if wish.parent is None else read_id("account", wish.parent)
    with joining.parents(services, by=by) as parenting:
        parenting.place(account_id, parent, wish.note)
    with services.database.transaction() as session:
        return _group(session, account_id, locale)


@parents.delete("/accounts/{account_id}/parent")
def take_parent_back(services: Serving, account_id: AccountId, locale: Speaking, by: By) -> Group:
    """Take back what people said of the parent: it is the one that the INN says, or none."""
    with joining.parents(services, by=by) as parenting:
        parenting.take_back(account_id)
    with services.database.transaction() as session:
        return _group(session, account_id, locale)


def _group(session: Session, account_id: UUID, locale: Locale) -> Group:
    account, groups = AccountStore(session).account(account_id), GroupStore(session)
    members = groups.members(account.id, limit=_MOST_MEMBERS)
    parent = members[0].parent_id
    return Group(
        parent=parent and str(parent),
        members=[_member(one) for one in members],
        kpis=newest_of(session, account.id, locale, of_group=True),
        decisions=[_said(one) for one in groups.decisions(account.id, limit=MOST)],
    )


def _member(one: Member) -> InGroup:
    plain = one.model_dump(exclude={"id", "parent_id", "decision_id", "by", "at"})
    above = one.parent_id and str(one.parent_id)
    return InGroup(**plain, id=str(one.id), parent_id=above, set_by=one.by, set_at=one.at)


def _said(one: ParentSaid) -> Said:
    above = one.parent_id and str(one.parent_id)
    return Said(**one.model_dump(exclude={"parent_id", "parent_name"}), parent_id=above)
