"""People: what is asked of contacts, side by side; what was decided; splitting a person."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere, Outdated, WrongUse
from kam_sync.jobs import joining
from kam_sync.matching.people_showing import Told, asked, told
from kam_sync.matching.store import PersonDecisionStore
from kam_sync.web import paging
from kam_sync.web.api.matches import DecisionId, place_of, write_place
from kam_sync.web.api.people import PEOPLE_BY_ID, PEOPLE_BY_MONEY, PersonId
from kam_sync.web.deps import AllSources, Reading, Serving, from_our_pages, read_id
from kam_sync.web.pages.forms import BY, Came, Fields, Pairs, note_of, record, went
from kam_sync.web.pages.matches import Place
from kam_sync.web.render import pages
from kam_sync.web.wording import persons as words

router = APIRouter()

_CHANGING = [Depends(from_our_pages)]
_AT_ONCE, _LATEST, _DECISIONS = 20, 5, 50


@router.get("/matches/people", response_class=HTMLResponse)
def show_people_matches(
    request: Request, session: Reading, sources: AllSources, services: Serving,
    came: Came, cursor: Place = None,
) -> HTMLResponse:  # fmt: skip
    """Which contacts may be one person, and what was decided last."""
    after = place_of(PEOPLE_BY_MONEY.read(cursor))
    found = PersonDecisionStore(session).questions(after=after, limit=_AT_ONCE + 1)
    kept, next_cursor = paging.page(found, _AT_ONCE, lambda row: write_place(row, PEOPLE_BY_MONEY))
    return pages(request).render(
        request,
        "people_matches.html",
        of="people",
        here="/matches/people",
        record="contact",
        questions=asked(session, kept),
        next_cursor=next_cursor,
        is_first=cursor is None,
        decisions=_told(session, limit=_LATEST),
        card=lambda one: sources.card(services, one.source_id, "contact", one.external_id),
        names=sources.names,
        has_sources=len(sources.all) > 0,
        came=came,
        words=words,
    )


@router.get("/matches/people/decisions", response_class=HTMLResponse)
def show_people_decisions(
    request: Request, session: Reading, sources: AllSources, came: Came, cursor: Place = None
) -> HTMLResponse:
    """All that was decided of people, page by page."""
    after = PEOPLE_BY_ID.read(cursor)
    before = {} if after is None else {"before": int(after[0])}
    found = _told(session, limit=_DECISIONS + 1, **before)
    kept, next_cursor = paging.page(found, _DECISIONS, lambda one: PEOPLE_BY_ID.write(one.act.id))
    return pages(request).render(
        request,
        "match_decisions.html",
        of="people",
        decisions=kept,
        next_cursor=next_cursor,
        is_first=cursor is None,
        names=sources.names,
        came=came,
        words=words,
    )


@router.post("/matches/people", dependencies=_CHANGING)
def answer_of_people(services: Serving, sent: Fields) -> RedirectResponse:
    """Answer a question: one person, or different ones."""
    note = note_of(sent)
    with joining.people(services, by=BY) as deciding:
        match sent.get("do"):
            case "merge":
                one, other = (
                    read_id("person", sent.get(name, "")) for name in ("one_person", "other_person")
                )
                try:
                    done = deciding.merge(one, other, note)
                except NotHere:  # the contacts of one of them are another's
                    return went("/matches/people", did="stale")
            case "apart":
                left, right = (record(sent.get(name, "")) for name in ("one", "other"))
                done = deciding.keep_apart((left, right), note)
            case _:
                raise WrongUse("form: no such button")
    return went("/matches/people", did=sent["do"], decision=done)


@router.post("/matches/people/decisions/{decision_id}/undo", dependencies=_CHANGING)
def undo_of_people(services: Serving, decision_id: DecisionId) -> RedirectResponse:
    """Take a decision back."""
    try:
        with joining.people(services, by=BY) as deciding:
            deciding.undo(decision_id)
    except Outdated:
        return went("/matches/people", did="undone")
    return went("/matches/people", did="undo")


@router.post("/people/{person_id}/split", dependencies=_CHANGING)
def split_person(services: Serving, person_id: PersonId, pairs: Pairs) -> RedirectResponse:
    """Take the contacts that are ticked away from a person."""
    leaving = [record(value) for name, value in pairs if name == "contact"]
    try:
        with joining.people(services, by=BY) as deciding:
            done, *_ = deciding.split(person_id, leaving, note_of(dict(pairs)))
    except WrongUse:
        return went("/matches/people/decisions", did="kept")
    return went("/matches/people/decisions", did="split", decision=done)


def _told(session: Session, **which: Any) -> list[Told]:
    return told(session, PersonDecisionStore(session).acts(**which))
