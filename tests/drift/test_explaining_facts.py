"""Why a KPI of facts moved: by product and article, and ratios that other KPIs are the terms of."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import connectors as gate
from connectors import CostKind, Noun
from kam_sync.drift.moved import Part, Unsaid
from kam_sync.kpi.splits import Dimension
from kam_sync.wiring import Services
from tests.drift.test_explaining import began, later, moved, told

SEPTEMBER, OCTOBER = date(2026, 9, 10), date(2026, 10, 10)


def line(id_: str, on: date, amount: int, sku: str | None = None) -> gate.Shipment:
    return gate.Shipment(
        external_id=id_, company_external_id="1", shipped_on=on, amount=Decimal(amount),
        currency="RUB", sku=sku, product=sku and f"Товар {sku}", quantity=Decimal(amount // 10),
        cost=Decimal(amount // 2),
    )  # fmt: skip


def test_a_late_shipment_is_a_part_and_products_are_named(services: Services) -> None:
    book = began(services)
    many = [line(f"s{n}", SEPTEMBER, 10 * n, f"S{n}") for n in range(1, 9)]
    book.save(Noun.SHIPMENT, *many, line("o", OCTOBER, 100, "S8"))
    book.measure()
    book.save(Noun.SHIPMENT, line("late", OCTOBER, 40))
    one = moved(later(book), "sell_in")
    assert (one.change, one.parts) == (-220, {Part.CLIENT: -260, Part.FACTS: 40})
    [by] = [driver for driver in one.drivers if driver.dimension is Dimension.PRODUCT]
    assert [(member.name, member.change) for member in by.members] == [
        ("Товар S7", -70), ("Товар S6", -60), ("Товар S5", -50), ("", 40), ("Товар S4", -40),
    ]  # fmt: skip
    assert (by.others, by.other_count, by.unexplained) == (-40, 4, 0)


def test_net_sales_are_split_by_article(services: Services) -> None:
    book = began(services)
    book.save(Noun.SHIPMENT, line("1", SEPTEMBER, 900), line("2", OCTOBER, 800))
    spent = gate.Cost(
        external_id="c", company_external_id="1", spent_on=SEPTEMBER, kind=CostKind.DISCOUNT,
        amount=Decimal(50), currency="RUB",
    )  # fmt: skip
    freight = replace(spent, external_id="f", kind=CostKind.FREIGHT, amount=Decimal(500))
    book.save(Noun.COST, spent, replace(spent, external_id="d", spent_on=OCTOBER), freight)
    back = gate.Return(
        external_id="r", company_external_id="1", returned_on=OCTOBER, amount=Decimal(70),
        currency="RUB", cost=Decimal(30),
    )  # fmt: skip
    book.save(Noun.RETURN, back)
    book.measure()
    one = moved(book, "net_sales")
    assert (one.was, one.now) == (850, 680)
    by = {driver.dimension: driver for driver in one.drivers}
    assert told(by[Dimension.ARTICLE]) == {"shipment": -100, "return": -70}
    rate = moved(book, "account_profit_rate")
    assert rate.terms is not None
    assert rate.terms.numerator + rate.terms.denominator == rate.change
    assert (rate.terms.unexplained, rate.no_drivers) == (0, Unsaid.NOT_MADE_OF_ROWS)


def test_dso_is_what_is_owed_by_what_was_invoiced(services: Services) -> None:
    book = began(services)
    bill = gate.Invoice(
        "1", "Счёт 1", "sent", Decimal(900), "RUB", None, Noun.COMPANY, "1",
        issued_on=date(2026, 9, 5), due_on=date(2026, 10, 5),
    )  # fmt: skip
    paid = replace(
        bill, external_id="2", amount=Decimal(900), issued_on=date(2026, 8, 5),
        paid_at=datetime(2026, 10, 20, tzinfo=UTC),
    )  # fmt: skip
    book.save(Noun.INVOICE, bill, paid)
    book.measure()
    one = moved(book, "dso")
    assert (one.was, one.now) == (90, 45)  # 1800 of 1800 by the end of September, then 900
    assert one.terms is not None
    assert (one.terms.numerator, one.terms.denominator, one.terms.unexplained) == (-45, 0, 0)
