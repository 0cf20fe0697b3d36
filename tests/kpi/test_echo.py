"""What we wrote into the CRM is no sign of life of the account; what people then do is."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

import connectors as gate
from connectors import NewTask, Noun, Ref, SetField, Written
from kam_sync.intake.store import WriteStore
from kam_sync.wiring import Services
from tests.fakes.books import Book, at, deal

SILENT = {"2026-10": 21, "2026-11": 43}
"""Days since the deal was opened on the 10th of October."""
ALIVE = {"2026-10": 11, "2026-11": 33}
"""Days since the 20th of October."""
THEN = at("2026-10-20 21:00:00")
DEAL = Ref(Noun.DEAL, "1")


@pytest.fixture
def book(services: Services) -> Book:
    """A deal that was opened on the 10th of October."""
    return Book(services).deals(deal("1", opened="2026-10-10 21:00:00"))


def days(book: Book) -> dict[str, object]:
    book.measure()
    return dict(book.points("days_since_last_activity", "days"))


def wrote(book: Book, write: gate.Write) -> None:
    """We wrote it, and the CRM said that it changed then."""
    with book.services.database.transaction() as session:
        store = WriteStore(session, book.source_id)
        store.ask([write], by="a test", now=THEN)
        store.keep(Written(write.key, write.about.external_id, THEN), THEN)


def touched(book: Book, moment: timedelta = timedelta(0)) -> None:
    """The CRM shows the deal as changed some time after that moment."""
    book.deals(replace(deal("1", opened="2026-10-10 21:00:00"), updated_at=THEN + moment))


def our_task(book: Book, **more: Any) -> None:
    """A task of ours about the deal, made then."""
    task = gate.Task("9", "Позвонить", False, Noun.DEAL, "1", is_ours=True, created_at=THEN)
    book.save(Noun.TASK, replace(task, **({"updated_at": THEN} | more)))


def test_a_field_that_we_set_is_no_sign_of_life(book: Book) -> None:
    wrote(book, SetField("f", DEAL, "deal/1", "x"))
    touched(book)
    assert days(book) == SILENT


def test_what_a_person_changes_after_us_is_one(book: Book) -> None:
    wrote(book, SetField("f", DEAL, "deal/1", "x"))
    touched(book, timedelta(minutes=1))
    assert days(book) == {"2026-10": 10, "2026-11": 33}


def test_a_change_that_we_did_not_make_is_one(book: Book) -> None:
    touched(book)
    assert days(book) == ALIVE


def test_a_task_that_we_made_is_none_also_where_it_moves_the_deal(book: Book) -> None:
    wrote(book, NewTask("t", DEAL, "Позвонить", due_on=date(2026, 10, 23)))
    touched(book)
    our_task(book)
    assert days(book) == SILENT


def test_a_deadline_moved_in_our_task_is_none(book: Book) -> None:
    our_task(book, updated_at=THEN + timedelta(days=1))
    assert days(book) == SILENT


def test_our_task_done_by_a_person_is_one(book: Book) -> None:
    our_task(book, is_done=True, updated_at=THEN)
    assert days(book) == ALIVE


def test_our_task_closed_by_us_is_none(book: Book) -> None:
    our_task(book, is_done=True)
    wrote(book, gate.DoneTask("d", "9"))
    assert days(book) == SILENT
