"""What counts as a sign of life of an account, and what does not."""

from typing import Any

import pytest

import connectors as gate
from connectors import Happening, Noun
from kam_sync.wiring import Services
from tests.fakes.books import Book, at, deal

SPOKEN = {"2026-10": 11, "2026-11": 33}
"""Days since the 20th of October at 21:00."""
SILENT = {"2026-10": 21, "2026-11": 43}
"""Days since the deal was opened on the 10th."""


@pytest.fixture
def book(services: Services) -> Book:
    """A deal that was opened on the 10th of October, a contact, a repeat buyer."""
    book = Book(services)
    book.save(Noun.CONTACT, gate.Contact("11", "Борис", "1"))
    book.save(Noun.CUSTOMER, gate.Customer("41", "Ромашка", "1"))
    return book.deals(deal("1", opened="2026-10-10 21:00:00"))


def happened(
    happening: Happening = Happening.CALL, noun: Noun = Noun.DEAL, about: str = "1", **more: Any
) -> gate.Activity:
    """A call of a user about the deal on the 20th, unless said otherwise."""
    values = {"author_external_id": "7"} | more
    when = at("2026-10-20 21:00:00")
    return gate.Activity("n1", happening, "any", when, noun, about, **values)


def days(book: Book, activity: gate.Activity) -> dict[str, Any]:
    """Days since the last activity, by month, once it has happened."""
    book.save(Noun.NOTE, activity)
    book.measure()
    return dict(book.points("days_since_last_activity", "days"))


@pytest.mark.parametrize(
    "happening", [Happening.CALL, Happening.MESSAGE, Happening.EMAIL, Happening.NOTE]
)
def test_calls_messages_mails_and_notes_of_people_count(book: Book, happening: Happening) -> None:
    assert days(book, happened(happening)) == SPOKEN


@pytest.mark.parametrize(
    ("noun", "about"),
    [(Noun.COMPANY, "1"), (Noun.CONTACT, "11"), (Noun.DEAL, "1"), (Noun.CUSTOMER, "41")],
)
def test_they_count_about_whatever_is_of_the_account(book: Book, noun: Noun, about: str) -> None:
    assert days(book, happened(noun=noun, about=about)) == SPOKEN


def test_what_the_customer_sends_counts_though_no_user_wrote_it(book: Book) -> None:
    sent = happened(Happening.MESSAGE, author_external_id=None, is_incoming=True)
    assert days(book, sent) == SPOKEN


@pytest.mark.parametrize(
    "activity",
    [
        happened(Happening.NOTE, author_external_id=None),
        happened(Happening.NOTE, is_ours=True),
        happened(Happening.NOTE, is_deleted=True),
        happened(Happening.NOTE, mirrors="leads/5"),
        happened(Happening.STAGE),
        happened(Happening.CHANGE),
        happened(about="404"),
    ],
    ids=["robot", "ours", "deleted", "an announcement", "stage", "change", "of nobody"],
)
def test_what_no_person_said_does_not_count(book: Book, activity: gate.Activity) -> None:
    assert days(book, activity) == SILENT


def test_a_task_about_a_repeat_buyer_counts(book: Book) -> None:
    made = at("2026-10-20 21:00:00")
    book.save(Noun.TASK, gate.Task("1", "Звонок", False, Noun.CUSTOMER, "41", created_at=made))
    book.measure()

    assert book.points("days_since_last_activity", "days") == SPOKEN
