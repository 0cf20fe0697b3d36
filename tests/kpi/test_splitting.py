"""Rows by product, pipeline, branch come to the very values that are measured of them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connectors as gate
from connectors import CostKind, Noun
from kam_sync.kpi.splits import Dimension, Share
from kam_sync.kpi.store import ROWS, KpiStore, RateStore, SplitStore
from kam_sync.wiring import Services
from tests.conftest import empty
from tests.fakes.books import WHEN, Book, deal

FIRST = date(2026, 7, 1)
MONTHS = [date(2026, month, 1) for month in (7, 8, 9, 10)]
DAYS = st.integers(0, 122).map(lambda n: FIRST + timedelta(days=n))
AMOUNTS = st.integers(1, 10**6)
GOODS = st.sampled_from(("tea", "cups", None))
CURRENCIES = st.sampled_from(("RUB", "USD", "KZT"))
FACTS = st.lists(
    st.tuples(
        st.sampled_from(("shipment", "sell_out", "return", "cost", "stock", "deal")),
        DAYS, AMOUNTS, GOODS, CURRENCIES, st.sampled_from(("1", "2")), st.integers(0, 20),
    ),
    min_size=1, max_size=25,
)  # fmt: skip


def facts(book: Book, rows: list[tuple[str, date, int, str | None, str, str, int]]) -> None:
    """Keep some facts and deals of two companies, of which the second is another account."""
    for n, (what, day, amount, sku, currency, company, count) in enumerate(rows):
        said = {"external_id": str(n), "company_external_id": company}
        money = {"amount": Decimal(amount), "currency": currency}
        goods = {"sku": sku, "quantity": Decimal(count)}
        match what:
            case "shipment":
                book.save(Noun.SHIPMENT, gate.Shipment(
                    **said, **money, **goods, shipped_on=day, cost=Decimal(amount // 2),
                    ordered=Decimal(10), promised_on=FIRST + timedelta(days=60),
                ))  # fmt: skip
            case "sell_out":
                book.save(Noun.SELL_OUT, gate.SellOut(**said, **money, **goods, sold_on=day))
            case "return":
                book.save(Noun.RETURN, gate.Return(**said, **money, **goods, returned_on=day))
            case "cost":
                kind = (CostKind.DISCOUNT, CostKind.FREIGHT, CostKind.TRADE_SPEND)[count % 3]
                book.save(Noun.COST, gate.Cost(**said, **money, spent_on=day, kind=kind))
            case "stock":
                book.save(Noun.STOCK, gate.Stock(**said, **goods, counted_on=day))
            case _:
                won = f"{day} 20:30:00" if count % 3 == 0 else None
                lost = f"{day} 21:30:00" if count % 3 == 1 else None
                made = deal(str(n), opened=f"{day - timedelta(days=count)} 10:00:00", won=won,
                            lost=lost, amount=amount, currency=currency)  # fmt: skip
                book.deals(replace(made, company_external_id=company))


def values(shares: list[Share], scale: int) -> dict[date, Decimal]:
    """The values by month that rows come to."""
    above, below = defaultdict[date, Decimal](Decimal), defaultdict[date, Decimal](Decimal)
    for one in shares:
        above[one.on] += one.amount
        below[one.on] += one.divisor
    return {
        on: above[on] * scale / below[on] if scale else above[on]
        for on in above
        if below[on] or not scale
    }


def parted(book: Book) -> Iterator[tuple[str, Dimension, dict[date, Decimal]]]:
    """By KPI and dimension how far rows are from the values that were measured."""
    services = book.services
    with services.database.transaction() as session:
        store = SplitStore(session, services.zone, services.settings.currency)
        for kpi, rows in ROWS.items():
            points = KpiStore(session).points(book.account(), kpi, first=FIRST, last=MONTHS[-1])
            for unit in {point.unit for point in points}:
                split = store.split(book.account(), kpi, unit, MONTHS)
                for dimension in rows.dimensions:
                    shares = [one for one in split.shares if one.dimension is dimension]
                    told = values(shares, rows.scale)
                    yield kpi, dimension, {
                        p.on: p.value - told.get(p.on, Decimal()) for p in points if p.unit == unit
                    }  # fmt: skip


@pytest.mark.parametrize("currency", ["", "RUB"])
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=FACTS)
def test_rows_come_to_what_was_measured(
    services: Services, currency: str, rows: list[tuple[str, date, int, str | None, str, str, int]]
) -> None:
    empty(services.database)
    asked = services.settings.model_copy(update={"currency": currency})
    book = Book(replace(services, settings=asked))
    book.save(Noun.COMPANY, gate.Company("2", "Сосед"))
    with services.database.transaction() as session:
        rates = [("USD", FIRST + timedelta(days=7 * n), 80 + n) for n in range(18)]
        RateStore(session).save([*rates, ("KZT", date(2026, 8, 1), "0.16")], "test", WHEN)
    facts(book, rows)
    book.measure()
    wrong = [
        (kpi, dimension, gaps)
        for kpi, dimension, gaps in parted(book)
        if any(abs(gap) > Decimal("0.001") for gap in gaps.values())
    ]
    assert wrong == []


def test_goods_are_named_and_what_has_none_is_together(services: Services) -> None:
    book = Book(services)
    line = gate.Shipment(
        external_id="1", company_external_id="1", shipped_on=date(2026, 9, 5), sku="T-1",
        product="Чай", amount=Decimal(100), currency="RUB",
    )  # fmt: skip
    other = replace(line, external_id="2", sku=None, product=None, amount=Decimal(7))
    nameless = replace(line, external_id="3", product=None, sku="X-2", amount=Decimal(1))
    book.save(Noun.SHIPMENT, line, other, nameless, replace(line, external_id="4", is_deleted=True))
    book.measure()
    with services.database.transaction() as session:
        split = SplitStore(session, services.zone).split(book.account(), "sell_in", "RUB", MONTHS)
    found = {(one.key, one.name, one.amount) for one in split.shares
             if one.dimension is Dimension.PRODUCT}  # fmt: skip
    assert found == {("T-1", "Чай", 100), ("", "", 7), ("X-2", "X-2", 1)}
