"""Merging an account with one that nobody asks about: looking for it, what is known, the act."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kam_sync.accounts.store import AccountStore
from kam_sync.base.db import Session
from kam_sync.base.errors import Outdated
from kam_sync.jobs import joining
from kam_sync.matching.proposing import propose
from kam_sync.web.deps import AccountId, AllSources, By, Reading, Serving, read_id
from kam_sync.web.pages.asking import Asked
from kam_sync.web.pages.choosing import candidates
from kam_sync.web.pages.forms import Fields, note_of, went
from kam_sync.web.pages.matches import COMPANIES
from kam_sync.web.paging import Text
from kam_sync.web.render import pages

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Both:
    """Two accounts, and what was looked for when the other one was found."""

    account_id: AccountId
    other_id: str
    q: Text = ""


Of = Annotated[Both, Depends()]


@router.get("/accounts/{account_id}/merge", response_class=HTMLResponse)
def show_merge(
    request: Request, session: Reading, sources: AllSources, account_id: AccountId, q: Text = ""
) -> Response:
    """Accounts that this one may be merged with."""
    account, text = AccountStore(session).account(account_id), q.strip()
    if account.merged_into is not None:
        return RedirectResponse(f"/accounts/{account.merged_into}/merge")
    return pages(request).render(
        request,
        "account_merge.html",
        account=account,
        candidates=candidates(session, sources, text, account_id),
        q=text,
    )


@router.get("/accounts/{account_id}/merge/{other_id}", response_class=HTMLResponse)
def show_both(page: Asked, both: Of) -> Response:
    """Both accounts side by side, and what speaks for and against a merge."""
    session = page.session
    try:
        proposed = propose(session, both.account_id, read_id("account", both.other_id))
    except Outdated:
        return _stale(session, both.account_id)
    account = AccountStore(session).account(both.account_id)
    template = "account_merge_both.html"
    return page.compared(COMPANIES, template, proposed, q=both.q, account=account)


@router.post("/accounts/{account_id}/merge")
def merge(services: Serving, account_id: AccountId, sent: Fields, by: By) -> RedirectResponse:
    """Make one account of the two; to the one that both are now, with the way back."""
    other = read_id("account", sent.get("other", ""))
    try:
        with joining.accounts(services, by=by) as deciding:
            done = deciding.merge(account_id, other, note_of(sent))
    except Outdated:
        with services.database.transaction() as session:
            return _stale(session, account_id)
    with services.database.transaction() as session:
        kept = _kept(session, account_id)
    return went(f"/accounts/{kept}", did="merge", decision=done)


def _stale(session: Session, account_id: UUID) -> RedirectResponse:
    """To the account as it is now: it is one with the other already, or that with a third."""
    return went(f"/accounts/{_kept(session, account_id)}", did="stale")


def _kept(session: Session, account_id: UUID) -> UUID:
    """The account that has the companies of this one."""
    return AccountStore(session).account(account_id).merged_into or account_id
