"""What is owed of invoices, in the store: drafts, payments of several sources and currencies."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

import connectors as gate
from connectors import Noun
from kam_sync.kpi.store import RateStore
from kam_sync.wiring import Services
from tests.fakes import joining
from tests.fakes.books import WHEN, Book

SEPTEMBER = "2026-09"


def invoice(status: str = "created", currency: str = "RUB") -> gate.Invoice:
    """The invoice "1" of the company "1", of 100, of the first of September."""
    return gate.Invoice(
        "1", "Счёт 1", status, Decimal(100), currency, payer_noun=Noun.COMPANY,
        payer_external_id="1", issued_on=date(2026, 9, 1), due_on=date(2026, 9, 10),
    )  # fmt: skip


def payment(currency: str = "RUB") -> gate.Payment:
    """All of it, on 15 September."""
    return gate.Payment(
        external_id="1", company_external_id="1", paid_on=date(2026, 9, 15),
        amount=Decimal(100), currency=currency, invoice_external_id="1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "owed"), [("created", 100), ("issued", 100), ("paid", 0), ("draft", None)]
)
def test_a_draft_is_no_invoice_and_nothing_is_owed_of_what_is_paid_on_an_unknown_day(
    services: Services, status: str, owed: int | None
) -> None:
    book = Book(services)
    book.save(Noun.INVOICE, invoice(status))
    book.measure()
    assert book.points("receivables").get(SEPTEMBER) == owed


def test_a_payment_is_of_an_invoice_of_its_own_source(services: Services) -> None:
    book, other = Book(services), Book(services, "other")
    for one in (book, other):
        one.save(Noun.INVOICE, invoice())
    book.save(Noun.PAYMENT, payment())
    joining.merge(services, book.account(), other.account(), by="Анна")
    book.measure()
    assert book.points("receivables")[SEPTEMBER] == 100


def test_money_in_another_currency_pays_nothing_of_an_invoice(services: Services) -> None:
    book = Book(services)
    book.save(Noun.INVOICE, invoice(currency="USD"))
    book.save(Noun.PAYMENT, payment("RUB"))
    book.measure()
    assert book.points("receivables", "USD")[SEPTEMBER] == 100


def test_nothing_is_owed_of_what_is_paid_in_full_whatever_the_rate_has_become(
    services: Services,
) -> None:
    book = Book(services)
    settings = services.settings.model_copy(update={"currency": "RUB"})
    book.services = replace(services, settings=settings)
    book.save(Noun.INVOICE, invoice(currency="USD"))
    book.save(Noun.PAYMENT, payment("USD"))
    rates = [("USD", date(2026, 9, 1), Decimal(100)), ("USD", date(2026, 9, 15), Decimal(80))]
    with services.database.transaction() as session:
        RateStore(session).save(rates, "test", WHEN)
    book.measure()
    assert book.points("receivables")[SEPTEMBER] == 0


def test_a_credit_note_lowers_what_is_owed_until_it_is_paid_back(services: Services) -> None:
    book = Book(services)
    note = replace(
        invoice(), external_id="2", amount=Decimal(-40), issued_on=date(2026, 9, 5), due_on=None
    )
    back = replace(
        payment(), external_id="2", amount=Decimal(-40), paid_on=date(2026, 10, 7),
        invoice_external_id="2",
    )  # fmt: skip
    book.save(Noun.INVOICE, invoice(), note)
    book.save(Noun.PAYMENT, back)
    book.measure()
    owed = book.points("receivables")
    assert (owed["2026-09"], owed["2026-10"]) == (60, 100)
    ageing = {kpi: book.points(kpi)["2026-09"] for kpi in ("receivables_current", "overdue_1_30")}
    assert ageing == {"receivables_current": -40, "overdue_1_30": 100}
