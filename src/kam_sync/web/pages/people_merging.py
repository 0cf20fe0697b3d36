"""Merging a person with one that nobody asks about: looking for them, what is known, the act."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from kam_sync.accounts.model import Account
from kam_sync.accounts.store import AccountStore
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.jobs import joining
from kam_sync.matching.people_showing import Person, people
from kam_sync.matching.proposing import propose_people
from kam_sync.matching.store import PersonStore
from kam_sync.privacy.model import About
from kam_sync.web.api.people import PersonId
from kam_sync.web.deps import AllSources, By, Reading, Serving, read_id
from kam_sync.web.noting import Noting
from kam_sync.web.pages.asking import Asked
from kam_sync.web.pages.choosing import people_like
from kam_sync.web.pages.forms import Fields, note_of, went
from kam_sync.web.pages.people import PEOPLE
from kam_sync.web.paging import Text
from kam_sync.web.render import pages
from kam_sync.web.wording import persons as words

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Both:
    """Two people, and what was looked for when the other one was found."""

    person_id: PersonId
    other_id: str
    q: Text = ""


Of = Annotated[Both, Depends()]


@router.get("/people/{person_id}/merge", response_class=HTMLResponse)
def show_people(
    request: Request, session: Reading, sources: AllSources, notes: Noting, person_id: PersonId,
    q: Text = "",
) -> HTMLResponse:  # fmt: skip
    """People whom this one may be merged with: at first those of the same customer."""
    text, person = q.strip(), _person(session, person_id)
    notes.read(About.PERSON, person_id)
    return pages(request).render(
        request,
        "person_merge.html",
        candidates=people_like(session, sources, text, person),
        person=person,
        account=_customer(session, person),
        words=words,
        q=text,
    )


@router.get("/people/{person_id}/merge/{other_id}", response_class=HTMLResponse)
def show_both_people(page: Asked, notes: Noting, both: Of) -> HTMLResponse:
    """Both people side by side, and what speaks for and against a merge."""
    person = _person(page.session, both.person_id)
    notes.read(About.PERSON, both.person_id, count=2)
    proposed = propose_people(page.session, both.person_id, read_id("person", both.other_id))
    account, template = _customer(page.session, person), "person_merge_both.html"
    return page.compared(PEOPLE, template, proposed, q=both.q, person=person, account=account)


@router.post("/people/{person_id}/merge")
def merge_person(
    services: Serving,
    notes: Noting,
    person_id: PersonId,
    sent: Fields,
    by: By,
) -> RedirectResponse:
    """Make one person of the two; to what was decided, with the way back."""
    other = read_id("person", sent.get("other", ""))
    try:
        with joining.people(services, by=by) as deciding:
            done = deciding.merge(person_id, other, note_of(sent))
    except NotHere:  # the contacts of one of them are another's
        return went("/matches/people", did="stale")
    notes.changed(About.PERSON, person_id)
    return went("/matches/people/decisions", did="merge", decision=done)


def _person(session: Session, person_id: UUID) -> Person:
    PersonStore(session).contacts_of(person_id)  # NotHere for an unknown person
    (found,) = people(session, [person_id])
    return found


def _customer(session: Session, person: Person) -> Account | None:
    """The customer on whose page the person stands."""
    return AccountStore(session).account(person.accounts[0]) if person.accounts else None
