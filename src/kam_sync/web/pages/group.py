"""The parent of an account: looking for one, setting it, taking the decision back."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from kam_sync.accounts.store import AccountStore
from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse
from kam_sync.jobs import joining
from kam_sync.kpi.store import KpiStore
from kam_sync.matching.store import GroupStore
from kam_sync.web.deps import AccountId, AllSources, By, Reading, Serving, read_id
from kam_sync.web.pages.chart import measured
from kam_sync.web.pages.choosing import candidates
from kam_sync.web.pages.forms import Fields, note_of
from kam_sync.web.paging import Text
from kam_sync.web.render import pages

router = APIRouter()

_MOST_MEMBERS, _MOST_DECISIONS = 200, 20


def shown_group(session: Session, account_id: UUID) -> dict[str, Any]:
    """What the page of an account shows of its group."""
    groups = GroupStore(session)
    members = groups.members(account_id, limit=_MOST_MEMBERS + 1)
    said = groups.decisions(account_id, limit=_MOST_DECISIONS)
    points = KpiStore(session).points(account_id, of_group=True)
    return {
        "group_members": members[:_MOST_MEMBERS],
        "group_has_more": len(members) > _MOST_MEMBERS,
        "group_cards": measured(points, []),
        "group_decisions": said,
        "group_word": next((one for one in said if one.undone_at is None), None),
    }


@router.get("/accounts/{account_id}/parent", response_class=HTMLResponse)
def show_parents(
    request: Request, session: Reading, sources: AllSources, account_id: AccountId, q: Text = ""
) -> HTMLResponse:
    """Accounts that may become the parent, by a part of the name or the beginning of the INN."""
    text = q.strip()
    return pages(request).render(
        request,
        "group_parent.html",
        account=AccountStore(session).account(account_id),
        candidates=candidates(session, sources, text, account_id),
        q=text,
    )


@router.post("/accounts/{account_id}/parent")
def set_parent(services: Serving, account_id: AccountId, sent: Fields, by: By) -> RedirectResponse:
    """Set a parent, say that there is none, or take what was said back."""
    note = note_of(sent)
    with joining.parents(services, by=by) as parenting:
        match sent.get("do"):
            case "set":
                parenting.place(account_id, read_id("account", sent.get("parent", "")), note)
            case "none":
                parenting.place(account_id, None, note)
            case "undo":
                parenting.take_back(account_id)
            case _:
                raise WrongUse("form: no such button")
    return RedirectResponse(f"/accounts/{account_id}/data#group", status_code=303)
