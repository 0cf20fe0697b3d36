"""Same customers: what a person is asked, with both companies side by side; what was decided."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from kam_sync.base.db import Session
from kam_sync.base.errors import Outdated, WrongUse
from kam_sync.jobs import joining
from kam_sync.matching.grouping import Company
from kam_sync.matching.showing import Told, asked, told
from kam_sync.matching.store import DecisionStore, RematchStore
from kam_sync.web import paging
from kam_sync.web.api.matches import BY_ID, DecisionId, read_place, write_place
from kam_sync.web.deps import AccountId, AllSources, Reading, Serving, from_our_pages, read_id
from kam_sync.web.render import pages
from kam_sync.web.wording import matching as words
from kam_sync.web.wording.rematch import rematch

router = APIRouter()

_BY = "the page"
_CHANGING = [Depends(from_our_pages)]
_AT_ONCE, _LATEST, _DECISIONS = 20, 5, 50
_LONGEST_NOTE = 1_000

Form = Annotated[bytes, Body(media_type="application/x-www-form-urlencoded")]
Place = Annotated[str | None, Query()]


@dataclass(frozen=True, slots=True)
class Happened:
    """What came of a form, as the address of the page says it."""

    did: str = ""
    account: UUID | None = None
    decision: Annotated[int | None, Query(ge=1, lt=2**31)] = None


Came = Annotated[Happened, Depends()]


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
def answer(services: Serving, form: Form = b"") -> RedirectResponse:
    """Answer a question: one customer, or different ones; a page that is out of date says so."""
    sent = dict(form_fields(form))
    note = form_note(sent)
    match sent.get("do"):
        case "merge":
            one, other = _account(sent, "one_account"), _account(sent, "other_account")
            try:
                done = joining.merge(services, one, other, by=_BY, note=note)
            except Outdated:
                return went("/matches", did="stale", account=one)
            return went("/matches", did="merge", account=one, decision=done)
        case "apart":
            left, right = form_record(sent.get("one", "")), form_record(sent.get("other", ""))
            done = joining.keep_apart(services, left, right, by=_BY, note=note)
            return went("/matches", did="apart", decision=done)
        case _:
            raise WrongUse("form: no such button")


@router.post("/matches/decisions/{decision_id}/undo", dependencies=_CHANGING)
def undo(services: Serving, decision_id: DecisionId) -> RedirectResponse:
    """Take a decision back."""
    try:
        joining.undo(services, decision_id, by=_BY)
    except Outdated:
        return went("/matches", did="undone")
    return went("/matches", did="undo")


@router.post("/accounts/{account_id}/split", dependencies=_CHANGING)
def split(services: Serving, account_id: AccountId, form: Form = b"") -> RedirectResponse:
    """Take the companies that are ticked out of an account; back to it where that cannot be."""
    sent = form_fields(form)
    leaving = [form_record(value) for name, value in sent if name == "company"]
    try:
        done = joining.split(services, account_id, leaving, by=_BY, note=form_note(dict(sent)))
    except WrongUse:
        return RedirectResponse(f"/accounts/{account_id}?did=kept#companies", status_code=303)
    return went("/matches/decisions", did="split", account=account_id, decision=done)


def _told(session: Session, **which: Any) -> list[Told]:
    return told(session, DecisionStore(session).acts(**which))


def went(page: str, **happened: Any) -> RedirectResponse:
    """Back to a page that says what has happened."""
    return RedirectResponse(f"{page}?{urlencode(happened)}", status_code=303)


def form_fields(form: bytes) -> list[tuple[str, str]]:
    """What a form of ours has sent."""
    return parse_qsl(form.decode("utf-8", "replace"), keep_blank_values=True)


def form_note(sent: dict[str, str]) -> str:
    """Why, as far as somebody said it."""
    return sent.get("note", "").replace("\x00", "").strip()[:_LONGEST_NOTE]


def _account(sent: dict[str, str], name: str) -> UUID:
    return read_id("account", sent.get(name, ""))


def form_record(text: str) -> Company:
    """A company or a contact as our forms name it: the id of its source, a colon, its own id."""
    source, _, external_id = text.partition(":")
    try:
        source_id = paging.number(source)
    except ValueError:
        source_id = 0
    if not source_id or not external_id or "\x00" in external_id:
        raise WrongUse("form: a record is missing")
    return source_id, external_id
