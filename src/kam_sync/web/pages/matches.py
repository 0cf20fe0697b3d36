"""Same customers: what a person is asked, with both companies side by side; what was decided."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from kam_sync.base.db import Session
from kam_sync.base.errors import Outdated, WrongUse
from kam_sync.jobs import joining
from kam_sync.matching.showing import Told, asked, told
from kam_sync.matching.store import DecisionStore, RematchStore
from kam_sync.web import paging
from kam_sync.web.api.matches import BY_ID, DecisionId, read_place, write_place
from kam_sync.web.deps import AccountId, AllSources, Reading, Serving, from_our_pages, read_id
from kam_sync.web.pages.forms import BY, Came, Fields, Pairs, note_of, record, went
from kam_sync.web.render import pages
from kam_sync.web.wording import matching as words
from kam_sync.web.wording.rematch import rematch

router = APIRouter()

_CHANGING = [Depends(from_our_pages)]
_AT_ONCE, _LATEST, _DECISIONS = 20, 5, 50

Place = Annotated[str | None, Query()]


@router.get("/matches", response_class=HTMLResponse)
def show_matches(
    request: Request, session: Reading, sources: AllSources, services: Serving,
    came: Came, cursor: Place = None,
) -> HTMLResponse:  # fmt: skip
    """What waits for a person, and what was decided last."""
    found = DecisionStore(session).questions(after=read_place(cursor), limit=_AT_ONCE + 1)
    kept, next_cursor = paging.page(found, _AT_ONCE, write_place)
    return pages(request).render(
        request,
        "matches.html",
        of="companies",
        here="/matches",
        record="company",
        questions=asked(session, kept),
        next_cursor=next_cursor,
        is_first=cursor is None,
        decisions=_told(session, limit=_LATEST),
        card=lambda one: sources.card(services, one.source_id, "company", one.external_id),
        names=sources.names,
        has_sources=len(sources.all) > 0,
        rematch=RematchStore(session).last(),
        rematch_words=rematch,
        came=came,
        words=words,
    )


@router.get("/matches/decisions", response_class=HTMLResponse)
def show_decisions(
    request: Request, session: Reading, sources: AllSources, came: Came, cursor: Place = None
) -> HTMLResponse:
    """All that was decided, page by page."""
    after = BY_ID.read(cursor)
    before = {} if after is None else {"before": int(after[0])}
    found = _told(session, limit=_DECISIONS + 1, **before)
    kept, next_cursor = paging.page(found, _DECISIONS, lambda one: BY_ID.write(one.act.id))
    return pages(request).render(
        request,
        "match_decisions.html",
        of="companies",
        decisions=kept,
        next_cursor=next_cursor,
        is_first=cursor is None,
        names=sources.names,
        came=came,
        words=words,
    )


@router.post("/matches", dependencies=_CHANGING)
def answer(services: Serving, sent: Fields) -> RedirectResponse:
    """Answer a question: one customer, or different ones; a page that is out of date says so."""
    note = note_of(sent)
    match sent.get("do"):
        case "merge":
            one, other = _account(sent, "one_account"), _account(sent, "other_account")
            try:
                done = joining.merge(services, one, other, by=BY, note=note)
            except Outdated:
                return went("/matches", did="stale", account=one)
            return went("/matches", did="merge", account=one, decision=done)
        case "apart":
            left, right = record(sent.get("one", "")), record(sent.get("other", ""))
            done = joining.keep_apart(services, left, right, by=BY, note=note)
            return went("/matches", did="apart", decision=done)
        case _:
            raise WrongUse("form: no such button")


@router.post("/matches/decisions/{decision_id}/undo", dependencies=_CHANGING)
def undo(services: Serving, decision_id: DecisionId, sent: Fields) -> RedirectResponse:
    """Take a decision back; to the account that the button stood at, or to what waits."""
    back = f"/accounts/{_account(sent, 'account')}" if "account" in sent else "/matches"
    try:
        joining.undo(services, decision_id, by=BY)
    except Outdated:
        return went(back, did="undone")
    return went(back, did="undo")


@router.post("/accounts/{account_id}/split", dependencies=_CHANGING)
def split(services: Serving, account_id: AccountId, pairs: Pairs) -> RedirectResponse:
    """Take the companies that are ticked out of an account; back to it where that cannot be."""
    leaving = [record(value) for name, value in pairs if name == "company"]
    try:
        done = joining.split(services, account_id, leaving, by=BY, note=note_of(dict(pairs)))
    except WrongUse:
        return RedirectResponse(f"/accounts/{account_id}?did=kept#companies", status_code=303)
    return went("/matches/decisions", did="split", account=account_id, decision=done)


def _told(session: Session, **which: Any) -> list[Told]:
    return told(session, DecisionStore(session).acts(**which))


def _account(sent: dict[str, str], name: str) -> UUID:
    return read_id("account", sent.get(name, ""))
