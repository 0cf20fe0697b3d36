"""What the ledger keeps of a record."""

from decimal import Decimal
from typing import NoReturn

import pytest

from connectors import (
    BadRecord,
    Company,
    Contact,
    Deal,
    Invoice,
    LossReason,
    Noun,
    Outcome,
    Purchase,
    RawRecord,
    Record,
    Task,
)
from kam_sync.ledger.entry import entry_of, owner_of

DEAL = Deal("7", "Кабель", "1", "2", Outcome.OPEN, Decimal("10.50"), "USD", "3")


def test_a_deal_is_worth_its_amount_and_belongs_to_its_company() -> None:
    entry = entry_of(RawRecord(Noun.DEAL, "7", {}), b"digest", lambda _: DEAL)
    assert (entry.amount, entry.currency) == (Decimal("10.50"), "USD")
    assert (entry.of_noun, entry.of_external_id) == (Noun.COMPANY, "3")
    assert (entry.is_deleted, entry.is_bad) == (False, False)


@pytest.mark.parametrize(
    ("record", "owner"),
    [
        (Company("1", "ООО «Ромашка»"), (Noun.COMPANY, "1")),
        (Contact("2", "Анна", "1"), (Noun.COMPANY, "1")),
        (Contact("2", "Анна"), (Noun.COMPANY, None)),
        (Purchase("3", "9", None, "RUB"), (Noun.CUSTOMER, "9")),
        (Invoice("4", "Счёт", "paid", None, "RUB"), (None, None)),
        (Task("5", "Позвонить", False, Noun.DEAL, "7"), (Noun.DEAL, "7")),
        (LossReason("6", "Дорого"), (None, None)),
    ],
)
def test_a_record_names_whose_it_is(record: Record, owner: tuple[Noun | None, str | None]) -> None:
    assert owner_of(record) == owner


@pytest.mark.parametrize("error", [BadRecord("no name"), ValueError("odd"), KeyError("odd")])
def test_a_record_that_cannot_be_said_is_kept_as_bad(error: Exception) -> None:
    def translate(_raw: RawRecord) -> NoReturn:
        raise error

    assert entry_of(RawRecord(Noun.DEAL, "7", {}), b"digest", translate).is_bad
