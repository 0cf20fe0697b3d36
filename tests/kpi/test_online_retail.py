"""Orders of a real wholesaler: KPIs are what plain arithmetic over the file makes of them."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

import connectors as gate
from connectors import Noun, Outcome
from kam_sync import flow
from kam_sync.accounts.match import own_account
from kam_sync.base.clock import stopped_at
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.periods import first_day
from kam_sync.wiring import Services
from tests.conftest import data_set
from tests.fakes.books import Book
from tests.fakes.connecting import ask

AS_OF = datetime(2011, 12, 9, 20, 0, tzinfo=UTC)
ADDITIVE = {"won_revenue", "sell_in", "sell_in_units"}
_SERIES = """
    SELECT account_id, grain, s.kpi, p."on", p.value
    FROM series s CROSS JOIN LATERAL unnest(s.ons || s.running_on, s.known || s.running)
        AS p("on", value) WHERE p.value IS NOT NULL
"""


class Order(NamedTuple):
    """One order: what was bought, and what it came to."""

    customer: str
    at: datetime
    units: int
    amount: Decimal


Values = dict[tuple[str, str, str, date], Decimal]
"""By customer, grain, KPI and the first day of the period."""


@pytest.fixture(scope="module")
def orders() -> list[Order]:
    """The rows of the file that are no returns, of every other customer."""
    return list(_read(data_set("online_retail") / "orders.csv.gz"))


def _read(path: Path) -> Iterator[Order]:
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            amount = Decimal(row["gross_amount"]).quantize(Decimal("0.0001"))
            if amount > 0 and int(row["customer_id"]) % 2:
                at = datetime.fromisoformat(row["ts"]).replace(tzinfo=UTC)
                yield Order(row["customer_id"], at, int(float(row["units"])), amount)


@pytest.fixture
def measured(services: Services, orders: list[Order]) -> Values:
    """All series, of orders that are deals in a CRM and shipments in an ERP at the same time."""
    book = Book(services)
    customers = sorted({order.customer for order in orders})
    book.save(Noun.COMPANY, *(gate.Company(key, f"Customer {key}") for key in customers))
    for start in range(0, len(orders), 5_000):
        some = list(enumerate(orders[start : start + 5_000], start))
        book.save(Noun.DEAL, *(
            gate.Deal(
                str(number), f"Order {number}", "1", "142", Outcome.WON, one.amount, "GBP",
                one.customer, created_at=one.at - timedelta(days=1), closed_at=one.at,
            )
            for number, one in some
        ))  # fmt: skip
        book.save(Noun.SHIPMENT, *(
            gate.Shipment(
                external_id=str(number), company_external_id=one.customer,
                shipped_on=one.at.date(), amount=one.amount, currency="GBP",
                quantity=Decimal(one.units),
            )
            for number, one in some
        ))  # fmt: skip
    in_utc = services.settings.model_copy(update={"timezone": "UTC"})
    flow.kpi(Services(in_utc, services.database, services.cipher, as_of=stopped_at(AS_OF)))
    names = {own_account(book.source_id, key): key for key in customers}
    return {
        (names[account], grain, kpi, on): value
        for account, grain, kpi, on, value in ask(services, _SERIES)
    }


def of(measured: Values, kpi: str, on: date) -> dict[str, Decimal]:
    """The values of a KPI in a month, by customer."""
    asked = ("month", kpi, on)
    return {key[0]: value for key, value in measured.items() if key[1:] == asked}


def sums(orders: list[Order]) -> Values:
    """What the orders of each period come to."""
    found: Values = defaultdict(Decimal)
    for order in orders:
        amounts = {"won_revenue": order.amount, "sell_in": order.amount}
        for kpi, value in {**amounts, "sell_in_units": Decimal(order.units)}.items():
            for grain in Grain:
                key = (order.customer, grain.value, kpi, first_day(order.at.date(), grain))
                found[key] += value
    return found


@pytest.mark.heavy
def test_kpis_are_what_plain_arithmetic_makes_of_the_orders(
    measured: Values, orders: list[Order]
) -> None:
    expected, earliest = sums(orders), AS_OF.date() - timedelta(days=400)
    additive = {key: value for key, value in measured.items() if key[2] in ADDITIVE}
    assert {key: value for key, value in additive.items() if value} == {
        key: value
        for key, value in expected.items()
        if value and (key[1] != "day" or key[3] >= earliest)
    }
    by_customer: dict[str, list[Order]] = defaultdict(list)
    for order in orders:
        by_customer[order.customer].append(order)
    now, until = date(2011, 12, 1), datetime(2011, 12, 1, tzinfo=UTC)
    assert of(measured, "realised_ltv", now) == {
        customer: sum(order.amount for order in own) for customer, own in by_customer.items()
    }
    assert of(measured, "days_since_last_won", now) == {
        customer: (AS_OF - max(order.at for order in own)).days
        for customer, own in by_customer.items()
    }
    recent = {
        customer: [o.amount for o in own if until - timedelta(days=90) <= o.at < until]
        for customer, own in by_customer.items()
    }
    assert of(measured, "average_won_deal", date(2011, 11, 1)) == {
        customer: (sum(amounts, Decimal(0)) / len(amounts)).quantize(
            Decimal("0.0001"), ROUND_HALF_UP
        )
        for customer, amounts in recent.items()
        if amounts
    }
