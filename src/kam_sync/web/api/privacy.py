"""Personal data: what is kept, for how long, who looked; one person told, erased, let in again."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends

from kam_sync import disclosing, erasing
from kam_sync.privacy.inventory import HOLDINGS
from kam_sync.privacy.model import About, Term
from kam_sync.privacy.store import EventStore, RegisterStore, TermStore, WantedEvents, counts
from kam_sync.web import paging
from kam_sync.web.api import privacy_answers as answers
from kam_sync.web.api.people import PersonId
from kam_sync.web.deps import Reading, Serving, read_id
from kam_sync.web.noting import Noting
from kam_sync.web.paging import Cursor, Page
from kam_sync.web.query import Asked

router = APIRouter(prefix="/privacy", tags=["personal data"])

BY_EVENT = Cursor("privacy-events", paging.big_number)


def erasure_id(erasure_id: str) -> UUID:
    """The id of an erasure in the path."""
    return read_id("erasure", erasure_id)


ErasureId = Annotated[UUID, Depends(erasure_id)]


@router.get("/inventory")
def list_inventory(session: Reading) -> list[answers.Inventory]:
    """What personal data is kept, in which columns, why, from where, and who sees it."""
    rows = counts(session, {table for one in HOLDINGS for table in one.tables})
    return [answers.inventory(one, rows) for one in HOLDINGS]


@router.get("/retention")
def list_retention(session: Reading) -> list[answers.Kept]:
    """How long personal data is kept."""
    store = TermStore(session)
    chosen = store.chosen()
    return [answers.kept(term, span, chosen.get(term)) for term, span in store.terms().items()]


@router.put("/retention/{kind}")
def set_retention(
    session: Reading, services: Serving, notes: Noting, kind: Term,
    wish: Annotated[answers.NewTerm, Body()],
) -> answers.Kept:  # fmt: skip
    """Keep something so many days; what is older goes with the next upkeep."""
    store = TermStore(session)
    store.set(kind, wish.days, by=notes.who, now=services.now())
    notes.set_term(kind)
    return answers.kept(kind, store.terms()[kind], store.chosen().get(kind))


@router.delete("/retention/{kind}")
def reset_retention(session: Reading, notes: Noting, kind: Term) -> answers.Kept:
    """Keep something as long as is usual."""
    store = TermStore(session)
    store.reset(kind)
    notes.set_term(kind)
    return answers.kept(kind, store.terms()[kind], None)


@router.post("/people/find")
def find_people(
    session: Reading, services: Serving, notes: Noting, wish: Annotated[answers.FindWish, Body()]
) -> answers.FoundPeople:
    """Who is meant; and the erasures that an e-mail or a phone belongs to.

    It is posted, for an address is kept by the logs of proxies.
    """
    found = erasing.find(session, wish.who)
    notes.read_list(found)
    return answers.FoundPeople(
        people=[answers.FoundPerson.of(one) for one in found],
        erased=[
            answers.Erasure.of(one) for one in erasing.erased_like(services, session, wish.who)
        ],
    )


@router.get("/people/{person_id}")
def tell_person(session: Reading, notes: Noting, person_id: PersonId) -> dict[str, Any]:
    """All that is kept of one person, from every CRM."""
    document = disclosing.disclose(session, erasing.person(session, person_id))
    notes.exported(About.PERSON, person_id)
    return document


@router.post("/people/{person_id}/erase")
def erase_person(
    services: Serving, notes: Noting, person_id: PersonId,
    wish: Annotated[answers.EraseWish, Body()],
) -> answers.Erasure:  # fmt: skip
    """Erase a person everywhere, for good; the key figures of their customers stay."""
    done = erasing.erase(
        services,
        erasing.Wish((person_id,), notes.who, wish.reason, notes.how, is_dry=wish.dry_run),
    )
    return answers.Erasure.now(done, person_id)


@router.get("/erasures")
def list_erasures(session: Reading, services: Serving) -> list[answers.Erasure]:
    """Who was erased, the latest first; known by their ids alone."""
    return [answers.Erasure.of(one) for one in RegisterStore(session, services.cipher).all()]


@router.post("/erasures/{erasure_id}/allow")
def allow_again(
    services: Serving, notes: Noting, erasure_id: ErasureId,
    wish: Annotated[answers.AllowWish, Body()],
) -> answers.Erasure:  # fmt: skip
    """Let an erased person be kept again: the next sync asks the CRMs for them."""
    done = erasing.allow(services, erasure_id, by=notes.who, why=wish.reason, how=notes.how)
    return answers.Erasure.of(done)


@router.get("/events")
def list_events(session: Reading, query: Asked[answers.EventQuery]) -> Page[answers.Event]:
    """Who read, changed, exported and erased personal data, the latest first."""
    after = BY_EVENT.read(query.cursor)
    wanted = WantedEvents(who=query.who, did=query.did, subject=query.subject)
    before = int(after[0]) if after else None
    found = EventStore(session).find(wanted, before=before, limit=query.limit + 1)
    kept, cursor = paging.page(found, query.limit, lambda one: BY_EVENT.write(one.id))
    items = [answers.Event(**one.model_dump(exclude={"id"}), id=str(one.id)) for one in kept]
    return Page(items=items, next_cursor=cursor)
