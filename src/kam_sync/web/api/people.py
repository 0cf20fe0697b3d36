"""People at customers, which of them may be one, and what is said of them: one, two, taken back."""

from collections.abc import Sequence, Sized
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from kam_sync.accounts import model
from kam_sync.accounts.store import RecordStore, Wanted
from kam_sync.base.db import Session
from kam_sync.jobs import joining
from kam_sync.matching.people_showing import asked, people, told
from kam_sync.matching.store import Contact, PersonDecisionStore, PersonStore, WantedPeople
from kam_sync.privacy.model import About
from kam_sync.web import paging
from kam_sync.web.api import people_answers as answers
from kam_sync.web.api.listing import Listing, of_company
from kam_sync.web.api.matches import BY_MONEY, DecisionId, Note, place_of, write_place
from kam_sync.web.api.record_answers import Contact as OneContact
from kam_sync.web.deps import AllSources, By, Reading, Serving, Sources, read_id
from kam_sync.web.noting import Notes, Noting
from kam_sync.web.paging import Cursor, Page, Paging, Text
from kam_sync.web.query import Asked
from kam_sync.web.render import Spoken
from kam_sync.wiring import Services

router = APIRouter(tags=["people"])
matches = APIRouter(tags=["people"])
"""Who is one person is decided with which companies are one."""

_MOST_CONTACTS = 200
PEOPLE_BY_MONEY = BY_MONEY.named("people-matches")
PEOPLE_BY_ID = Cursor("people-decisions", paging.number)
_BY_PERSON = Cursor("people", paging.uuid)


def person_id(person_id: str) -> UUID:
    """The id of a person in the path."""
    return read_id("person", person_id)


PersonId = Annotated[UUID, Depends(person_id)]


class PeopleQuery(Paging):
    """Which people are asked for."""

    account: str | None = Field(default=None, description="Id of an account.")
    source: Text | None = Field(default=None, description="Id or name of a source.")
    q: Text = Field(default="", description="A part of the name, in any case.")


class Given(BaseModel):
    """A contact as a program names it."""

    model_config = ConfigDict(extra="forbid")

    source: Text = Field(description="Id or name of a source.", examples=["sales"])
    contact_external_id: Text = Field(description="Id in that CRM.", examples=["1048577"])


class MergePeople(BaseModel):
    """Two people who are one."""

    model_config = ConfigDict(extra="forbid")

    people: list[str] = Field(min_length=2, max_length=2, description="Ids of two people.")
    note: Note


class ApartPeople(BaseModel):
    """Two contacts who are two people."""

    model_config = ConfigDict(extra="forbid")

    contacts: list[Given] = Field(min_length=2, max_length=2)
    note: Note


class SplitPerson(BaseModel):
    """Contacts of a person who are somebody else, all of them together."""

    model_config = ConfigDict(extra="forbid")

    contacts: list[Given] = Field(min_length=1, max_length=_MOST_CONTACTS)
    note: Note


@router.get("/people")
def list_people(
    session: Reading, sources: AllSources, language: Spoken, notes: Noting,
    query: Asked[PeopleQuery],
) -> Page[answers.Person]:  # fmt: skip
    """People at customers, each once, whatever CRMs know them; by id, after they are matched."""
    after = _BY_PERSON.read(query.cursor)
    wanted = WantedPeople(
        account_id=None if query.account is None else read_id("account", query.account),
        source_id=None if query.source is None else sources.named(query.source).id,
        text=query.q,
    )
    begin = UUID(after[0]) if after else None
    found = PersonStore(session).find(wanted, after=begin, limit=query.limit + 1)
    kept, cursor = paging.page(found, query.limit, _BY_PERSON.write)
    items = [answers.person(language, sources.names, one) for one in people(session, kept)]
    _note(notes, query.account, items)
    return Page(items=items, next_cursor=cursor)


@matches.get("/people/matches")
def list_people_matches(
    session: Reading, sources: AllSources, language: Spoken, notes: Noting, query: Asked[Paging]
) -> Page[answers.Question]:
    """Contacts that may be one person: those of the accounts with the most money first."""
    after = place_of(PEOPLE_BY_MONEY.read(query.cursor))
    found = PersonDecisionStore(session).questions(after=after, limit=query.limit + 1)
    kept, cursor = paging.page(found, query.limit, lambda row: write_place(row, PEOPLE_BY_MONEY))
    items = [answers.question(language, sources.names, one) for one in asked(session, kept)]
    notes.read_list(items)
    return Page(items=items, next_cursor=cursor)


@matches.post("/people/matches/merge")
def merge_people(services: Serving, notes: Noting, wanted: MergePeople, by: By) -> answers.Decision:
    """Say that two people are one, with all their contacts."""
    one, other = (read_id("person", given) for given in wanted.people)
    with joining.people(services, by=by) as deciding:
        decision = deciding.merge(one, other, wanted.note)
    notes.changed(About.PERSON, one)
    return _decision(services, decision)


@matches.post("/people/matches/apart")
def keep_people_apart(services: Serving, wanted: ApartPeople, by: By) -> answers.Decision:
    """Say that two contacts are different people; nobody is asked again."""
    one, other = _contacts(services, wanted.contacts)
    with joining.people(services, by=by) as deciding:
        decision = deciding.keep_apart((one, other), wanted.note)
    return _decision(services, decision)


@matches.get("/people/matches/decisions")
def list_people_decisions(
    session: Reading, sources: AllSources, query: Asked[Paging]
) -> Page[answers.Decision]:
    """What was decided of people, the latest first, also what was taken back."""
    after = PEOPLE_BY_ID.read(query.cursor)
    before = {} if after is None else {"before": int(after[0])}
    found = PersonDecisionStore(session).acts(**before, limit=query.limit + 1)
    kept, cursor = paging.page(found, query.limit, lambda act: PEOPLE_BY_ID.write(act.id))
    items = [answers.decision(sources.names, one) for one in told(session, kept)]
    return Page(items=items, next_cursor=cursor)


@matches.post("/people/matches/decisions/{decision_id}/undo")
def undo_of_people(services: Serving, decision_id: DecisionId, by: By) -> answers.Decision:
    """Take a decision back: what it had taken back holds again."""
    with joining.people(services, by=by) as deciding:
        deciding.undo(decision_id)
    return _decision(services, decision_id)


@router.get("/people/{person_id}")
def get_person(
    session: Reading, sources: AllSources, language: Spoken, notes: Noting, person_id: PersonId
) -> answers.Person:
    """One person, with why each contact is theirs."""
    PersonStore(session).contacts_of(person_id)
    (found,) = people(session, [person_id])
    notes.read(About.PERSON, person_id)
    return answers.person(language, sources.names, found)


@matches.post("/people/{person_id}/split")
def split_person(
    services: Serving,
    notes: Noting,
    person_id: PersonId,
    wanted: SplitPerson,
    by: By,
) -> answers.Decision:
    """Take contacts away from a person: they are somebody else, all of them together."""
    leaving = _contacts(services, wanted.contacts)
    with joining.people(services, by=by) as deciding:
        decision = deciding.split(person_id, leaving, wanted.note)
    notes.changed(About.PERSON, person_id)
    return _decision(services, decision)


def contacts_page(
    session: Session, sources: Sources, notes: Notes, query: Paging, wanted: Wanted
) -> Page[OneContact]:
    """A page of contacts, each with its account and its person."""
    listing = Listing(RecordStore(session), sources)
    rows, cursor = listing.find(model.Contact, query, wanted)
    whose = PersonStore(session).people_of([(row.source_id, row.external_id) for row in rows])
    items = [
        OneContact(**plain, person_id=str(whose[row.source_id, row.external_id]))
        for row, plain in zip(rows, listing.plain(rows, of_company), strict=True)
    ]
    _note(notes, wanted.account_id, items)
    return Page(items=items, next_cursor=cursor)


def _note(notes: Notes, account: object, shown: Sized) -> None:
    """One line for a list, of the account where it is of one."""
    if account is None:
        notes.read_list(shown)
    else:
        notes.read(About.ACCOUNT, account, count=len(shown))


def _contacts(services: Services, given: Sequence[Given]) -> list[Contact]:
    """Contacts by the ids of their sources; read before anything is held."""
    with services.database.transaction() as session:
        sources = Sources(session)
        return [(sources.named(one.source).id, one.contact_external_id) for one in given]


def _decision(services: Services, decision_id: int) -> answers.Decision:
    with services.database.transaction() as session:
        (found,) = told(session, [PersonDecisionStore(session).act(decision_id)])
        return answers.decision(Sources(session).names, found)
