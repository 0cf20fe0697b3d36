"""Same people: what is asked of contacts, side by side; what was decided; splitting a person."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse

from kam_sync.base.errors import NotHere
from kam_sync.jobs import joining
from kam_sync.matching.people_showing import asked, told
from kam_sync.matching.store import PersonDecisionStore
from kam_sync.privacy.model import About
from kam_sync.web.api.matches import DecisionId
from kam_sync.web.api.people import PEOPLE_BY_ID, PEOPLE_BY_MONEY, PersonId
from kam_sync.web.deps import By, Serving
from kam_sync.web.noting import Noting
from kam_sync.web.pages import asking
from kam_sync.web.pages.forms import Fields, Pairs
from kam_sync.web.wording import persons as words

router = APIRouter()

PEOPLE = asking.Kind(
    of="people",
    here="/matches/people",
    record="contact",
    whole="person",
    template="people_matches.html",
    by_money=PEOPLE_BY_MONEY,
    by_id=PEOPLE_BY_ID,
    store=PersonDecisionStore,
    asked=asked,
    told=told,
    words=words,
    deciding=joining.people,
    gone=NotHere,
)


@router.get("/matches/people", response_class=HTMLResponse)
def show_people_matches(page: asking.Asked, notes: Noting) -> HTMLResponse:
    """Which contacts may be one person, and what was decided last."""
    notes.read(About.CONTACTS)
    return page.questions(PEOPLE)


@router.get("/matches/people/decisions", response_class=HTMLResponse)
def show_people_decisions(page: asking.Asked, notes: Noting) -> HTMLResponse:
    """All that was decided of people, page by page."""
    notes.read(About.CONTACTS)
    return page.decisions(PEOPLE)


@router.post("/matches/people")
def answer_of_people(services: Serving, sent: Fields, by: By) -> RedirectResponse:
    """Answer a question: one person, or different ones."""
    return asking.answer(services, PEOPLE, sent, by)


@router.post("/matches/people/decisions/{decision_id}/undo")
def undo_of_people(services: Serving, decision_id: DecisionId, by: By) -> RedirectResponse:
    """Take a decision back."""
    return asking.undo(services, PEOPLE, decision_id, PEOPLE.here, by)


@router.post("/people/{person_id}/split")
def split_person(
    services: Serving, notes: Noting, person_id: PersonId, pairs: Pairs, by: By
) -> RedirectResponse:
    """Take the contacts that are ticked away from a person."""
    kept = f"{PEOPLE.here}/decisions?did=kept"
    done = asking.split(services, PEOPLE, person_id, pairs, kept=kept, by=by)
    if done.headers["location"] != kept:
        notes.changed(About.PERSON, person_id)
    return done
