"""Personal data: what is kept, for how long, who looked; telling and erasing one person."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kam_sync import disclosing, erasing
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere, WrongUse
from kam_sync.privacy.inventory import HOLDINGS
from kam_sync.privacy.model import DEFAULTS, About, Did, Term
from kam_sync.privacy.store import EventStore, RegisterStore, TermStore, WantedEvents, counts
from kam_sync.web.api.people import PersonId
from kam_sync.web.api.privacy import ErasureId
from kam_sync.web.deps import Reading, Serving
from kam_sync.web.noting import Noting
from kam_sync.web.pages.forms import Fields, went
from kam_sync.web.paging import Text
from kam_sync.web.render import pages
from kam_sync.web.wording import privacy as words

router = APIRouter(prefix="/privacy")

_EVENTS = 50


@dataclass(frozen=True, slots=True)
class Logged:
    """Which events of the log are shown."""

    who: Text = ""
    did: str = ""
    subject: Text = ""
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None


@router.get("", response_class=HTMLResponse)
@router.post("", response_class=HTMLResponse)
def show_privacy(
    request: Request, session: Reading, services: Serving, notes: Noting, sent: Fields,
    went: Text = "",
) -> HTMLResponse:  # fmt: skip
    """What is kept and for how long; who was erased; a field to find a person.

    Whom somebody looks for is posted: an address is kept by browsers and by the logs of proxies.
    """
    q = sent.get("q", "").replace("\x00", "")
    terms, wrong, found, erased = TermStore(session), "", None, []
    if q.strip():
        try:
            found = erasing.find(session, q)
            erased = erasing.erased_like(services, session, q)
            notes.read_list(found)
        except WrongUse as error:
            wrong = str(error)
    return pages(request).render(
        request,
        "privacy.html",
        holdings=HOLDINGS,
        rows=counts(session, {table for one in HOLDINGS for table in one.tables}),
        terms=terms.terms(),
        chosen=terms.chosen(),
        defaults=DEFAULTS,
        erasures=RegisterStore(session, services.cipher).all(limit=_EVENTS),
        q=q,
        found=found,
        erased=erased,
        wrong=wrong,
        went=went,
        words=words,
    )


@router.post("/retention/{kind}")
def set_term(
    session: Reading, services: Serving, notes: Noting, kind: Term, sent: Fields
) -> RedirectResponse:
    """Keep something so many days; an empty field is for ever."""
    days = sent.get("days", "")
    if days and not (days.isdecimal() and len(days) < 9):
        raise WrongUse("days: a whole number, or nothing for ever")
    store = TermStore(session)
    store.set(kind, int(days) if days else None, by=notes.who, now=services.now())
    notes.set_term(kind)
    return went("/privacy", went=kind.value)


@router.get("/log", response_class=HTMLResponse)
def show_log(
    request: Request, session: Reading, asked: Annotated[Logged, Depends()]
) -> HTMLResponse:
    """Who did what with whose data, page by page."""
    did = Did(asked.did) if asked.did in set(Did) else None
    wanted = WantedEvents(who=asked.who.strip(), did=did, subject=asked.subject.strip())
    found = EventStore(session).find(wanted, before=asked.before, limit=_EVENTS + 1)
    query = {"who": wanted.who, "did": did.value if did else "", "subject": wanted.subject}
    return pages(request).render(
        request,
        "privacy_log.html",
        events=found[:_EVENTS],
        later=found[_EVENTS - 1].id if len(found) > _EVENTS else None,
        query={key: value for key, value in query.items() if value},
        asked=query,
        kinds=list(Did),
        words=words,
    )


@router.get("/people/{person_id}/export")
def tell_person(session: Reading, notes: Noting, person_id: PersonId) -> Response:
    """All that is kept of one person, as a file."""
    document = disclosing.disclose(session, erasing.person(session, person_id))
    notes.exported(About.PERSON, person_id)
    name = f'attachment; filename="person-{person_id}.json"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(disclosing.written(document), media_type="application/json", headers=headers)


@router.get("/people/{person_id}/erase", response_class=HTMLResponse)
def ask_to_erase(
    request: Request, services: Serving, notes: Noting, person_id: PersonId
) -> HTMLResponse:
    """What would go, what stays, and whether that is meant."""
    with services.database.transaction() as session:
        person = erasing.person(session, person_id).person
        is_erased = _is_erased(session, services, person_id)
    would = erasing.erase(services, erasing.Wish((person_id,), notes.who, "", is_dry=True))
    notes.read(About.PERSON, person_id)
    return pages(request).render(
        request, "person_erase.html", person=person, would=would, is_erased=is_erased, words=words
    )


@router.post("/people/{person_id}/erase")
def erase_person(
    services: Serving, notes: Noting, person_id: PersonId, sent: Fields
) -> RedirectResponse:
    """Erase a person for good."""
    reason = sent.get("reason", "").replace("\x00", "")[:1000]
    if not reason or sent.get("sure") != "yes":
        raise WrongUse("form: a reason is needed, and the tick that it is meant")
    erasing.erase(services, erasing.Wish((person_id,), notes.who, reason, notes.how))
    return went(f"/privacy/erasures/{person_id}")


@router.get("/erasures/{erasure_id}", response_class=HTMLResponse)
def show_erasure(
    request: Request, session: Reading, services: Serving, erasure_id: ErasureId
) -> HTMLResponse:
    """The protocol of an erasure, to print and to keep."""
    found = RegisterStore(session, services.cipher).erasure(erasure_id)
    if found is None:
        raise NotHere(f"erasure {erasure_id}: no such erasure")
    return pages(request).render(request, "erasure.html", erasure=found, words=words)


@router.post("/erasures/{erasure_id}/allow")
def allow_again(
    services: Serving, notes: Noting, erasure_id: ErasureId, sent: Fields
) -> RedirectResponse:
    """Let an erased person be kept again."""
    why = sent.get("reason", "").replace("\x00", "")[:1000]
    erasing.allow(services, erasure_id, by=notes.who, why=why, how=notes.how)
    return went(f"/privacy/erasures/{erasure_id}")


def _is_erased(session: Session, services: Serving, person_id: PersonId) -> bool:
    known = RegisterStore(session, services.cipher).erasure(person_id)
    return known is not None and known.allowed_at is None
