"""Facts are kept once, corrected in place, and found by account."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

import connectors as gate
from connectors import Noun
from kam_sync.accounts import facts
from kam_sync.accounts.store import (
    FACTS,
    CorrectionStore,
    OutlookStore,
    RecordStore,
    Wanted,
)
from kam_sync.intake.store import SourceStore
from kam_sync.removing import remove
from kam_sync.wiring import Services
from tests.fakes.books import Book, at
from tests.fakes.connecting import ask

_DAY = date(2026, 11, 20)
_OF: dict[str, Any] = {"external_id": "1", "company_external_id": "1"}
_PAID: dict[str, Any] = {"amount": Decimal("120.50"), "currency": "RUB"}
_UNTIL: dict[str, Any] = {"starts_on": _DAY, "ends_on": date(2026, 12, 31)}
_SAID: dict[Noun, tuple[type[facts.Fact], gate.Fact, dict[str, Any]]] = {
    Noun.PAYMENT: (
        facts.Payment, gate.Payment(paid_on=_DAY, **_PAID, **_OF), {"amount": Decimal(-1)}
    ),
    Noun.SHIPMENT: (
        facts.Shipment, gate.Shipment(shipped_on=_DAY, **_PAID, **_OF), {"cost": Decimal(7)}
    ),
    Noun.SELL_OUT: (
        facts.SellOut, gate.SellOut(sold_on=_DAY, **_OF), {"quantity": Decimal("3.5")}
    ),
    Noun.STOCK: (
        facts.Stock,
        gate.Stock(counted_on=_DAY, quantity=Decimal(40), **_OF),
        {"quantity": Decimal(0)},
    ),
    Noun.NPS_ANSWER: (
        facts.NpsAnswer, gate.NpsAnswer(answered_on=_DAY, score=9, **_OF), {"score": 0}
    ),
    Noun.PLAN: (
        facts.Plan,
        gate.Plan(kpi="revenue", target=Decimal(5), **_UNTIL, **_OF),
        {"target": Decimal(6)},
    ),
    Noun.BUDGET: (
        facts.Budget,
        gate.Budget(name="Промо", **_UNTIL, **_PAID, **_OF),
        {"spent": Decimal(2)},
    ),
    Noun.RECEIVABLE: (
        facts.Receivable,
        gate.Receivable(counted_on=_DAY, **_PAID, **_OF),
        {"overdue": Decimal(1)},
    ),
    Noun.RETURN: (
        facts.Return, gate.Return(returned_on=_DAY, **_PAID, **_OF), {"quantity": Decimal(2)}
    ),
    Noun.COST: (
        facts.Cost,
        gate.Cost(spent_on=_DAY, kind=gate.CostKind.OTHER, **_PAID, **_OF),
        {"kind": gate.CostKind.TRADE_SPEND},
    ),
    Noun.CONTRACT: (
        facts.Contract,
        gate.Contract(number="7", starts_on=_DAY, **_OF),
        {"is_renewed": True, "rebate_period": gate.RebatePeriod.YEAR, "payment_days": 30},
    ),
}  # fmt: skip


@pytest.mark.parametrize("noun", FACTS)
def test_a_fact_is_kept_once_corrected_in_place_and_found_by_its_account_with_what_it_was(
    services: Services, noun: Noun
) -> None:
    book = Book(services)
    kind, first, correction = _SAID[noun]
    corrected = replace(first, **correction)
    book.save(noun, first)
    book.save(noun, corrected)
    corrected = replace(corrected, updated_at=at("2026-11-21"))
    book.save(noun, corrected)  # says nothing new
    with services.database.transaction() as session:
        store = RecordStore(session)
        found = store.records(kind, Wanted(account_id=book.account("1")), limit=10)
        assert [(one.external_id, one.company_external_id) for one in found] == [("1", "1")]
        for field in fields(corrected):
            assert getattr(found[0], field.name) == getattr(corrected, field.name)
        others = Wanted(account_id=book.account("1"), source_id=found[0].source_id + 1)
        assert store.records(kind, others, limit=10) == []
        [kept] = CorrectionStore(session).of_account(book.account("1"), limit=10)
        assert (kept.noun, kept.external_id, kept.is_deletion) == (noun.value, "1", False)
        assert kept.changed.keys() == correction.keys()
        assert kept.was.keys() >= correction.keys()


@pytest.mark.parametrize("noun", FACTS)
def test_facts_that_wait_for_a_decision_are_told_by_what_people_know_them_by(
    services: Services, noun: Noun
) -> None:
    book = Book(services)
    book.save(noun, _SAID[noun][1])
    with services.database.transaction() as session:
        [source] = SourceStore(session).all()
        assert set(OutlookStore(session, source.id).of(noun, ["1"]).sample) == {"1"}


def test_what_is_deleted_was_something_and_a_source_takes_its_history_along(
    services: Services,
) -> None:
    book = Book(services)
    payment = _SAID[Noun.PAYMENT][1]
    book.save(Noun.PAYMENT, payment)
    book.save(Noun.PAYMENT, replace(payment, is_deleted=True))
    invoice = gate.Invoice(
        "7", "Счёт 7", "open", Decimal(5), "RUB", payer_noun=Noun.COMPANY, payer_external_id="1"
    )
    book.save(Noun.INVOICE, invoice)
    book.save(Noun.INVOICE, replace(invoice, amount=Decimal(6), status="paid"))
    with services.database.transaction() as session:
        session.execute(sa.text("DELETE FROM payment"))
    with services.database.transaction() as session:
        store = CorrectionStore(session)
        row, billed, marked = store.of_account(book.account("1"), limit=10)
        assert [one.is_deletion for one in (row, billed, marked)] == [True, False, True]
        assert (row.became, row.was["amount"], marked.changed) == (None, 120.5, {})
        assert billed.changed == {"amount": (5, 6), "status": ("open", "paid")}
        assert store.of_fact(book.source_id, "payment", "1", limit=1) == [row]
        assert store.count(book.account("1")) == 3
    book.save(Noun.PAYMENT, payment)
    remove(services, "shop")
    assert ask(services, "SELECT count(*) FROM fact_history") == [(0,)]
