"""The stream of an account: everything once, newest first, page by page, by indexes."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

import connectors as gate
from connectors import Happening, Noun
from kam_sync.accounts.model import StreamEntry
from kam_sync.accounts.store import StreamStore
from kam_sync.wiring import Services
from tests.fakes.books import Book, at, deal


@pytest.fixture
def book(services: Services) -> Book:
    """An account with a contact, a deal, a repeat buyer; and another account."""
    book = Book(services)
    book.save(Noun.COMPANY, gate.Company("2", "Вега"))
    book.save(Noun.USER, gate.User("7", "Анна Смирнова"))
    book.save(Noun.CONTACT, gate.Contact("11", "Борис", "1"), gate.Contact("12", "Чужой", "2"))
    book.save(Noun.CUSTOMER, gate.Customer("41", "Ромашка, повторно", "1"))
    book.deals(deal("21", opened="2026-10-01"))
    return book


def activity(
    key: str,
    when: str,
    noun: Noun,
    about: str,
    happening: Happening = Happening.NOTE,
    **more: Any,
) -> gate.Activity:
    """A note unless said otherwise, by Anna."""
    values = {"author_external_id": "7", "text": f"text {key}", **more}
    return gate.Activity(key, happening, happening.value, at(when), noun, about, **values)


def stream(book: Book, *, limit: int = 50) -> list[StreamEntry]:
    """The stream of the company "1"."""
    with book.services.database.transaction() as session:
        return StreamStore(session).timeline(book.account(), limit=limit)


def test_what_is_about_the_company_its_contacts_deals_and_repeat_buyers_comes_newest_first(
    book: Book,
) -> None:
    book.save(
        Noun.NOTE,
        activity("companies/1", "2026-11-01 10:00:00", Noun.COMPANY, "1"),
        activity("contacts/2", "2026-11-04 10:00:00", Noun.CONTACT, "11", Happening.CALL,
                 is_incoming=True, seconds=65),
        activity("leads/3", "2026-11-02 10:00:00", Noun.DEAL, "21"),
        activity("customers/4", "2026-11-03 10:00:00", Noun.CUSTOMER, "41"),
        activity("contacts/5", "2026-11-05 10:00:00", Noun.CONTACT, "12"),
        activity("companies/6", "2026-11-05 10:00:00", Noun.COMPANY, "2"),
    )  # fmt: skip

    found = stream(book)

    assert [(e.external_id, e.about_noun, e.about_name) for e in found] == [
        ("contacts/2", "contact", "Борис"),
        ("customers/4", "customer", "Ромашка, повторно"),
        ("leads/3", "deal", "Заказ 21"),
        ("companies/1", "company", "Ромашка"),
    ]
    assert (found[0].what, found[0].is_incoming, found[0].seconds) == ("call", True, 65)
    assert {entry.author_name for entry in found} == {"Анна Смирнова"}


def test_tasks_and_closed_deals_are_part_of_the_stream(book: Book) -> None:
    book.deals(deal("22", opened="2026-10-01", won="2026-11-03 10:00:00", amount=500))
    book.save(
        Noun.TASK,
        gate.Task("31", "Позвонить", False, Noun.COMPANY, "1", "7", at("2026-11-09 20:59:59"),
                  created_at=at("2026-11-01 10:00:00"), updated_at=at("2026-11-02 10:00:00")),
        gate.Task("32", "Написать", True, Noun.CONTACT, "11", "7", result="Готово", is_ours=True,
                  created_at=at("2026-11-01 10:00:00"), updated_at=at("2026-11-04 10:00:00")),
        gate.Task("33", "Стёрта", False, Noun.COMPANY, "1", is_deleted=True,
                  created_at=at("2026-11-01 10:00:00")),
    )  # fmt: skip

    done, won, task = stream(book)

    assert (done.part, done.what, done.at, done.is_ours) == (
        "task", "task_done", at("2026-11-04 10:00:00"), True
    )  # fmt: skip
    assert done.details == {"result": "Готово"}
    assert (won.part, won.what, won.amount, won.currency) == ("deal", "won", Decimal(500), "RUB")
    assert (task.what, task.at, task.text) == ("task", at("2026-11-01 10:00:00"), "Позвонить")
    assert datetime.fromisoformat(task.details["due_at"]) == at("2026-11-09 20:59:59")


def test_an_entry_of_the_log_that_only_announces_another_is_left_out(book: Book) -> None:
    book.deals(deal("22", opened="2026-10-01", lost="2026-11-03 10:00:00"))
    book.save(Noun.NOTE, activity("leads/3", "2026-11-02 10:00:00", Noun.DEAL, "21"))
    book.save(
        Noun.EVENT,
        activity("e1", "2026-11-02 10:00:00", Noun.DEAL, "21", mirrors="leads/3"),
        activity("e2", "2026-11-02 11:00:00", Noun.DEAL, "21", Happening.TASK),
        activity("e3", "2026-11-03 10:00:00", Noun.DEAL, "22", Happening.STAGE),
        activity("e4", "2026-11-02 12:00:00", Noun.DEAL, "22", Happening.STAGE),
        activity("e5", "2026-11-02 13:00:00", Noun.DEAL, "22", is_deleted=True),
    )

    assert [entry.external_id for entry in stream(book)] == ["22", "e4", "leads/3"]


def test_pages_of_a_stream_miss_and_repeat_nothing_even_at_one_moment(book: Book) -> None:
    same = "2026-11-02 10:00:00"
    book.deals(deal("22", opened="2026-10-01", won=same))
    book.save(Noun.NOTE, *(activity(f"n{number}", same, Noun.DEAL, "21") for number in range(5)))
    book.save(Noun.TASK, gate.Task("31", "Звонок", False, Noun.DEAL, "21", created_at=at(same)))
    whole, after, pages = [entry.external_id for entry in stream(book)], None, []
    with book.services.database.transaction() as session:
        for _ in range(4):
            found = StreamStore(session).timeline(book.account(), after=after, limit=2)
            pages += [entry.external_id for entry in found]
            if found:
                last = found[-1]
                after = (last.at.isoformat(), str(last.source_id), last.part, last.external_id)

    assert len(whole) == 7
    assert pages == whole


def test_a_stream_is_read_by_indexes_whatever_else_the_store_holds(book: Book) -> None:
    others = range(100, 3_100)
    book.save(Noun.COMPANY, *(gate.Company(str(n), f"Компания {n}") for n in others))
    won = deal("1", opened="2026-09-01", won="2026-10-01")
    book.deals(*(replace(won, external_id=str(n), company_external_id=str(n)) for n in others))
    book.save(Noun.EVENT, *(activity(f"e{n}", "2026-11-01", Noun.DEAL, str(n)) for n in others))
    book.save(Noun.TASK, *(gate.Task(str(n), "t", False, Noun.DEAL, str(n)) for n in others))
    tables = ("activity", "task", "deal")
    count = sa.text(
        "SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = ANY(:names)"
    )
    with book.services.database.transaction() as session:
        session.execute(
            sa.text("ANALYZE activity; ANALYZE task; ANALYZE deal; ANALYZE account_link")
        )
    with book.services.database.transaction() as session:
        before = dict(session.execute(count, {"names": list(tables)}).all())
        StreamStore(session).timeline(book.account("150"), limit=20)
        after = dict(session.execute(count, {"names": list(tables)}).all())

    assert {name: after[name] - before.get(name, 0) for name in after} == dict.fromkeys(tables, 0)
