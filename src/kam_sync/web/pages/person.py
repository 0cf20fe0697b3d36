"""The page of one person: how to reach them, what they agreed to, which CRMs know them."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kam_sync import erasing
from kam_sync.accounts.store import AccountStore
from kam_sync.privacy.model import About
from kam_sync.privacy.store import RegisterStore
from kam_sync.web.api.people import PersonId
from kam_sync.web.deps import AllSources, Reading, Whole
from kam_sync.web.noting import Noting
from kam_sync.web.render import pages
from kam_sync.web.wording import persons as words

router = APIRouter()


@router.get("/people/{person_id}", response_class=HTMLResponse)
def show_person(
    request: Request, session: Reading, sources: AllSources, notes: Noting,
    person_id: PersonId, house: Whole,
) -> HTMLResponse:  # fmt: skip
    """Somebody at a customer."""
    found = erasing.person(session, person_id)
    notes.read(About.PERSON, person_id)
    with house.database.transaction() as whole:  # no KAM's own may look into the register
        erased = RegisterStore(whole, house.cipher).erasure(person_id)
        whole.expunge_all()
    accounts = AccountStore(session).by_ids(list(found.person.accounts))
    return pages(request).render(
        request,
        "person.html",
        person=found.person,
        accounts=list(accounts.values()),
        erased=erased if erased and erased.allowed_at is None else None,
        source_names=sources.names,
        card=lambda source, key: sources.card(house, source, "contact", key),
        words=words,
    )
