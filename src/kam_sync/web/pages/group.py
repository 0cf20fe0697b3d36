"""The parent of an account: looking for one, setting it, taking the decision back."""

from typing import Annotated, Any
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from kam_sync.accounts.model import Account
from kam_sync.accounts.store import AccountStore
from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse
from kam_sync.jobs import parenting
from kam_sync.kpi.store import KpiStore
from kam_sync.matching.store import GroupStore
from kam_sync.web.deps import AccountId, Reading, Serving, from_our_pages, read_id
from kam_sync.web.pages.chart import measured
from kam_sync.web.paging import Text
from kam_sync.web.render import pages

router = APIRouter()

_BY = "the page"
_MOST_FOUND, _MOST_MEMBERS, _MOST_DECISIONS = 20, 200, 20
_LONGEST_NOTE = 1_000

Form = Annotated[bytes, Body(media_type="application/x-www-form-urlencoded")]


def shown_group(session: Session, account_id: UUID) -> dict[str, Any]:
    """What the page of an account shows of its group."""
    groups = GroupStore(session)
    members = groups.members(account_id, limit=_MOST_MEMBERS + 1)
    above = members[0].parent_id
    said = groups.decisions(account_id, limit=_MOST_DECISIONS)
    points = KpiStore(session).points(account_id, of_group=True)
    return {
        "group_parent": AccountStore(session).account(above) if above else None,
        "group_members": members[:_MOST_MEMBERS],
        "group_has_more": len(members) > _MOST_MEMBERS,
        "group_cards": measured(points, []),
        "group_decisions": said,
        "group_word": next((one for one in said if one.undone_at is None), None),
    }


@router.get("/accounts/{account_id}/parent", response_class=HTMLResponse)
def show_parents(
    request: Request, session: Reading, account_id: AccountId, q: Text = ""
) -> HTMLResponse:
    """Accounts that may become the parent, by a part of the name or the beginning of the INN."""
    store, text = AccountStore(session), q.strip()
    found = store.accounts(text=text, limit=_MOST_FOUND + 1) if text else []
    return pages(request).render(
        request,
        "group_parent.html",
        account=store.account(account_id),
        found=[one for one in found[:_MOST_FOUND] if _may_be(one, account_id)],
        has_more=len(found) > _MOST_FOUND,
        q=text,
    )


@router.post("/accounts/{account_id}/parent", dependencies=[Depends(from_our_pages)])
def set_parent(services: Serving, account_id: AccountId, form: Form = b"") -> RedirectResponse:
    """Set a parent, say that there is none, or take what was said back."""
    sent = dict(parse_qsl(form.decode("utf-8", "replace"), keep_blank_values=True))
    note = sent.get("note", "").replace("\x00", "").strip()[:_LONGEST_NOTE]
    match sent.get("do"):
        case "set":
            parent = read_id("account", sent.get("parent", ""))
            parenting.place(services, account_id, parent, by=_BY, note=note)
        case "none":
            parenting.place(services, account_id, None, by=_BY, note=note)
        case "undo":
            parenting.take_back(services, account_id, by=_BY)
        case _:
            raise WrongUse("form: no such button")
    return RedirectResponse(f"/accounts/{account_id}#group", status_code=303)


def _may_be(one: Account, account_id: UUID) -> bool:
    return one.id != account_id and one.merged_into is None
