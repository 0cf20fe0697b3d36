"""The account store keeps each record once and finds what belongs to an account."""

from dataclasses import replace

import pytest

import connectors as gate
from connectors import Noun, Outcome
from kam_sync.accounts.model import Contact, Deal, Task
from kam_sync.accounts.store import AccountStore, RecordStore, SavingStore, Wanted
from kam_sync.wiring import Services
from tests.fakes.books import WHEN, Book, deal
from tests.fakes.connecting import ask


@pytest.fixture
def book(services: Services) -> Book:
    """The companies "1" and "2", each with a contact, a deal and to-dos."""
    book = Book(services)
    book.save(Noun.COMPANY, gate.Company("2", "Василёк 100%", inn="7707083893"))
    book.save(Noun.CONTACT, gate.Contact("11", "Анна", "1"), gate.Contact("12", "Борис", "2"))
    book.deals(
        deal("21", opened="2026-10-01"),
        replace(deal("22", opened="2026-10-01"), company_external_id="2"),
        replace(deal("23", opened="2026-10-01"), company_external_id=None),
    )
    book.save(
        Noun.TASK,
        gate.Task("31", "о клиенте", False, Noun.COMPANY, "1"),
        gate.Task("32", "о контакте", False, Noun.CONTACT, "11"),
        gate.Task("33", "о сделке", False, Noun.DEAL, "21"),
        gate.Task("34", "о другой сделке", False, Noun.DEAL, "22"),
        gate.Task("35", "ни о чём", False),
    )
    return book


def test_records_are_found_by_account_to_dos_also_through_contacts_and_deals(book: Book) -> None:
    wanted = Wanted(account_id=book.account("1"))
    with book.services.database.transaction() as session:
        store = RecordStore(session)
        contacts = store.records(Contact, wanted, limit=10)
        deals = store.records(Deal, wanted, limit=10)
        tasks = store.records(Task, wanted, limit=10)
        assert [record.external_id for record in contacts] == ["11"]
        assert [record.external_id for record in deals] == ["21"]
        assert [record.external_id for record in tasks] == ["31", "32", "33"]


def test_records_are_read_page_by_page(book: Book) -> None:
    with book.services.database.transaction() as session:
        store = RecordStore(session)
        first = store.records(Task, Wanted(), limit=3)
        last = first[-1]
        after = (str(last.source_id), last.external_id)
        second = store.records(Task, Wanted(), after=after, limit=3)
        assert [task.external_id for task in [*first, *second]] == ["31", "32", "33", "34", "35"]


@pytest.mark.parametrize(
    ("text", "names"),
    [("васИЛ", ["Василёк 100%"]), ("100%", ["Василёк 100%"]), ("%", ["Василёк 100%"]),
     ("7707", ["Василёк 100%"]), ("_", []), ("а", ["Василёк 100%", "Ромашка"])],
)  # fmt: skip
def test_accounts_are_found_by_a_part_of_the_name_or_the_beginning_of_the_inn(
    book: Book, text: str, names: list[str]
) -> None:
    with book.services.database.transaction() as session:
        found = AccountStore(session).accounts(text=text, limit=10)
        assert [account.name for account in found] == names


def test_a_deal_of_no_known_company_has_no_account(book: Book) -> None:
    book.deals(replace(deal("24", opened="2026-10-01"), company_external_id="404"))
    with book.services.database.transaction() as session:
        assert AccountStore(session).deals_without_account(book.source_id) == 2


def test_a_deal_that_comes_before_its_company_is_of_its_account_later(book: Book) -> None:
    book.deals(replace(deal("24", opened="2026-10-01"), company_external_id="3"))
    book.save(Noun.COMPANY, gate.Company("3", "Лютик"))
    with book.services.database.transaction() as session:
        found = RecordStore(session).records(Deal, Wanted(account_id=book.account("3")), limit=5)
        assert [record.external_id for record in found] == ["24"]


def test_saving_twice_alike_touches_nothing(book: Book) -> None:
    query = "SELECT xmin::text, external_id FROM deal ORDER BY external_id"
    before = ask(book.services, query)
    book.deals(deal("21", opened="2026-10-01"))
    assert ask(book.services, query) == before


def test_a_record_that_can_be_said_again_is_taken_off_the_list(book: Book) -> None:
    with book.services.database.transaction() as session:
        saving = SavingStore(session, book.source_id)
        saving.set_aside(Noun.DEAL, {"1": "no price", "2": "no stage"}, WHEN)
        saving.set_aside(Noun.DEAL, {"2": "no pipeline"}, WHEN)
        saving.take_back(Noun.DEAL, ["1"])
        [left] = AccountStore(session).set_aside(book.source_id, limit=10)
        assert (left.external_id, left.reason) == ("2", "no pipeline")


def test_a_company_that_is_deleted_makes_its_account_inactive_and_back_again(book: Book) -> None:
    active = "SELECT is_active FROM account WHERE id = :id"
    account_id = book.account("1")
    book.save(Noun.COMPANY, gate.Company("1", "Ромашка", is_deleted=True))
    assert ask(book.services, active, id=account_id) == [(False,)]
    book.save(Noun.COMPANY, gate.Company("1", "Ромашка"))
    assert ask(book.services, active, id=account_id) == [(True,)]


def test_a_very_long_name_is_kept_whole_and_its_account_can_be_listed(book: Book) -> None:
    book.save(Noun.COMPANY, gate.Company("3", "".join(chr(0x4E00 + n) for n in range(9_000))))
    assert ask(book.services, "SELECT length(name) FROM company WHERE external_id = '3'") == [
        (9_000,)
    ]
    with book.services.database.transaction() as session:
        assert len(AccountStore(session).accounts(limit=10)) == 3


def test_texts_in_a_list_are_kept_whatever_stands_in_them(book: Book) -> None:
    tags = ("", "NULL", 'сказал "да"', "{a,b}", "C:\\new\\", "две\n\tстроки", "50%, срочно")
    book.save(Noun.CONTACT, gate.Contact("13", "Вера", tags=tags, emails=()))
    with book.services.database.transaction() as session:
        contact = RecordStore(session).records(
            Contact, Wanted(), after=(str(book.source_id), "12"), limit=1
        )[0]
        assert (contact.tags, contact.emails) == (list(tags), [])


def test_stages_are_known_by_pipeline_and_id(book: Book) -> None:
    lines = [
        gate.Pipeline(id_, id_, (gate.Stage("142", f"Да {id_}", 9, Outcome.WON),))
        for id_ in ("3300", "3310")
    ]
    book.save(Noun.PIPELINE, *lines)
    query = "SELECT pipeline_external_id, external_id, name FROM stage ORDER BY 1"
    assert ask(book.services, query) == [("3300", "142", "Да 3300"), ("3310", "142", "Да 3310")]
