"""Contacts of many CRMs are made people, after companies are made accounts."""

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connectors as gate
from connectors import Noun, RawRecord
from kam_sync import flow
from kam_sync.accounts.match import own_person
from kam_sync.accounts.store import LeavingStore
from kam_sync.base.errors import Outdated, WrongUse
from kam_sync.intake.model import Gone
from kam_sync.intake.store import GoneStore, RawStore
from kam_sync.jobs import joining
from kam_sync.matching.deciding import Deciding
from kam_sync.matching.people_deciding import DecidingPeople
from kam_sync.matching.store import Contact, PersonDecisionStore
from kam_sync.wiring import Services
from tests.conftest import NOW, empty
from tests.fakes.books import Book, deal

JULIA = gate.Contact("7", "Юлия Павлова", "1", phones=("8 916 123-45-67",))
INN = "7707083893"


def _person(services: Services) -> dict[Contact, UUID]:
    query = "SELECT source_id, external_id, person_id FROM person_link"
    with services.database.transaction() as session:
        return {(source, key): person for source, key, person in session.execute(sa.text(query))}


def _store(services: Services) -> list[Any]:
    queries = (
        "SELECT source_id, external_id, person_id, evidence FROM person_link ORDER BY 1, 2",
        "SELECT * FROM person_pair ORDER BY 1, 2, 3, 4",
    )
    with services.database.transaction() as session:
        return [list(session.execute(sa.text(query))) for query in queries]


def _asked(services: Services) -> list[tuple[str, str, int]]:
    with services.database.transaction() as session:
        found = PersonDecisionStore(session).questions(limit=9)
        return [(one.one_id, one.other_id, int(one.money)) for one in found]


def test_contacts_who_share_a_phone_and_a_name_are_one_person(services: Services) -> None:
    book, other = Book(services), Book(services, "other")
    book.save(Noun.CONTACT, JULIA, gate.Contact("8", "Юлия Павлова", "1"))
    other.save(Noun.CONTACT, gate.Contact("70", "Pavlova Yuliya", phones=("+79161234567",)))
    matched, people = flow.match(services)
    assert (matched.counts["read"], people.counts["changed"]) == (2, 1)
    first = own_person(book.source_id, "7")
    alone = own_person(book.source_id, "8")
    assert _person(services) == {
        (book.source_id, "7"): first, (book.source_id, "8"): alone, (other.source_id, "70"): first,
    }  # fmt: skip
    assert _asked(services) == [("7", "8", 0)]  # one name in one account, and nothing else
    other.save(Noun.CONTACT, gate.Contact("70", "Pavlova Yuliya", phones=("+79169999999",)))
    assert flow.match(services)[1].as_dict()["read"] == 1
    assert _person(services)[other.source_id, "70"] == own_person(other.source_id, "70")


def test_a_name_is_asked_about_once_the_companies_are_one(services: Services) -> None:
    book, other = Book(services), Book(services, "other")
    for each in (book, other):
        each.save(Noun.CONTACT, gate.Contact("7", "Юлия Павлова", "1"))
    book.deals(deal("21", opened="2026-09-01", amount=40))
    flow.match(services)
    assert _asked(services) == []
    for each in (book, other):
        each.save(Noun.COMPANY, gate.Company("1", "Ромашка", inn=INN))
    flow.match(services)
    assert _asked(services) == [("7", "7", 40)]
    book.save(Noun.CONTACT, gate.Contact("7", "Юлия Павлова", "1", is_deleted=True))
    assert _asked(services) == []


def test_contacts_that_the_crm_has_merged_are_one_person(services: Services) -> None:
    book = Book(services)
    book.save(Noun.CONTACT, JULIA, gate.Contact("9", "Ю. Иванова"))
    flow.match(services)
    gone = {"7": Gone("merged", "9")}
    with services.database.transaction() as session:
        raw = RawRecord(Noun.CONTACT, "7", {"id": 7})
        RawStore(session, book.source_id).keep(Noun.CONTACT, [raw], NOW)
        GoneStore(session, book.source_id).mark(Noun.CONTACT, gone, NOW)
        LeavingStore(session, book.source_id).see_off(Noun.CONTACT, gone, NOW)
    flow.match(services)
    assert set(_person(services).values()) == {own_person(book.source_id, "7")}


def test_a_mailbox_of_all_makes_nobody_one(services: Services) -> None:
    book = Book(services)
    box = ("info@romashka.example",)
    names = [f"Иван {letter * 3}енко" for letter in "абвгдежзиклмнопрстуф"]
    for at, name in enumerate([*names, names[0]]):
        book.save(Noun.CONTACT, gate.Contact(str(at), name, emails=box))
    flow.match(services)
    assert len(set(_person(services).values())) == 21


def test_people_are_merged_kept_apart_and_split_until_it_is_taken_back(services: Services) -> None:
    book = Book(services)
    book.save(Noun.CONTACT, JULIA, gate.Contact("8", "Юлия Павлова", "1"))
    book.save(Noun.CONTACT, gate.Contact("9", "Ю. Павлова", phones=("+7 916 123 45 67",)))
    flow.match(services)
    before = _store(services)
    seven, eight, nine = ((book.source_id, key) for key in "789")
    first = own_person(*seven)
    with joining.people(services, by="Анна") as deciding:
        merged = deciding.merge(first, own_person(*eight))
    assert set(_person(services).values()) == {first}
    with joining.people(services, by="Анна") as deciding:
        with pytest.raises(WrongUse):
            deciding.split(first, [seven, eight, nine])
        split = deciding.split(first, [nine])
    assert _person(services) == {seven: first, eight: first, nine: own_person(*nine)}
    flow.rematch(services, "test")
    assert (_person(services)[nine], _asked(services)) == (own_person(*nine), [])
    with joining.people(services, by="Борис") as deciding:
        deciding.undo(split)
        deciding.undo(merged)
        with pytest.raises(Outdated):
            deciding.undo(merged)
    assert _store(services) == before
    with joining.people(services, by="Анна") as deciding:
        deciding.keep_apart((eight, seven))
    assert _asked(services) == []
    with services.database.transaction() as session:
        acts = PersonDecisionStore(session).acts(limit=9)
    assert [(act.by, act.undone_by) for act in acts] == [
        ("Анна", None), ("Анна", "Борис"), ("Анна", "Борис"),
    ]  # fmt: skip


_PHONES = ("8 495 123 45 67", "8 495 765 43 21", None)


@pytest.mark.heavy
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    world=st.lists(
        st.tuples(st.sampled_from(("Анна Белова", "А. Белова", "Олег Ким")),
            st.sampled_from("12"), st.sampled_from(_PHONES)),
        min_size=2, max_size=6,
    ),
    chosen=st.tuples(st.integers(0, 5), st.integers(0, 5)),
    joins_accounts=st.booleans(),
)  # fmt: skip
def test_merge_sync_unmerge_sync_leaves_nothing_behind(
    services: Services,
    world: list[tuple[str, str, str | None]],
    chosen: tuple[int, int],
    joins_accounts: bool,
) -> None:
    empty(services.database)
    book = Book(services)
    book.save(Noun.COMPANY, gate.Company("2", "Совсем другое имя"))

    def sync(position: str) -> None:
        for number, (name, company, phone) in enumerate(world):
            phones = (phone,) if phone else ()
            contact = gate.Contact(str(number), name, company, position=position, phones=phones)
            book.save(Noun.CONTACT, contact)
        flow.match(services)

    sync("директор")
    straight = _store(services)
    people = _person(services)
    one, other = (people[book.source_id, str(number % len(world))] for number in chosen)
    with services.database.transaction() as session:
        accounts, persons = Deciding(session, "Анна", NOW), DecidingPeople(session, "Анна", NOW)
        of_accounts = accounts.merge(book.account("1"), book.account("2")) if joins_accounts else 0
        of_people = persons.merge(one, other) if one != other else 0
    sync("бухгалтер")
    with services.database.transaction() as session:
        if of_accounts:
            Deciding(session, "Анна", NOW).undo(of_accounts)
        if of_people:
            DecidingPeople(session, "Анна", NOW).undo(of_people)
    sync("директор")
    assert _store(services) == straight
