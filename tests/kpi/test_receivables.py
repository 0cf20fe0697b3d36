"""Receivables and channel stock against a direct computation, on rows of one account."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import data_set
from tests.kpi.conftest import Measured, Rows

_BOUNDS = ((1, 30), (31, 60), (61, 90), (91, 9999))
AGES = ("overdue_1_30", "overdue_31_60", "overdue_61_90", "overdue_over_90")


@pytest.fixture(scope="module")
def invoices() -> list[dict[str, Any]]:
    """All invoices of the sample, as if they were of one client."""

    def day(said: str) -> date:
        month, number, year = map(int, said.split("/"))
        return date(year, month, number)

    with (data_set("receivables_ibm") / "invoices.csv").open(encoding="utf-8") as file:
        return [
            {
                "external_id": row["invoiceNumber"],
                "issued": day(row["InvoiceDate"]),
                "due": day(row["DueDate"]),
                "paid": day(row["SettledDate"]),
                "amount": Decimal(row["InvoiceAmount"]),
                "currency": "USD",
            }
            for row in csv.DictReader(file)
        ]


def _months(first: date, until: date) -> list[tuple[date, date]]:
    """The first and the last day of each."""
    found = []
    while first < until:
        following = (first + timedelta(days=31)).replace(day=1)
        found.append((first, following - timedelta(days=1)))
        first = following
    return found


def test_dso_of_real_invoices_is_what_a_direct_computation_says(
    measured: Measured, invoices: list[dict[str, Any]]
) -> None:
    today = date(2014, 2, 1)
    expected = {}
    for on, last in _months(date(2012, 1, 1), today):
        owed = sum(i["amount"] for i in invoices if i["issued"] <= last < i["paid"])
        sold = sum(i["amount"] for i in invoices if 0 <= (last - i["issued"]).days < 90)
        if sold:
            expected[on] = round(90 * owed / sold, 4)
    assert len(expected) > 20
    assert measured("dso", today, {"invoices": invoices}) == expected


def test_the_ageing_of_real_invoices_is_what_a_direct_computation_says(
    measured: Measured, invoices: list[dict[str, Any]]
) -> None:
    today = date(2014, 2, 1)
    bounds = {"receivables_current": (-9999, 0), **dict(zip(AGES, _BOUNDS, strict=True))}
    for key, (least, most) in bounds.items():
        expected = {
            on: sum(
                (
                    i["amount"]
                    for i in invoices
                    if i["issued"] <= last < i["paid"] and least <= (last - i["due"]).days <= most
                ),
                Decimal(0),
            )
            for on, last in [*_months(date(2012, 1, 1), today), (today, today)]
        }
        assert measured(key, today, {"invoices": invoices}) == expected, key


def test_counted_balances_say_what_invoices_of_that_currency_do_not(measured: Measured) -> None:
    def balance(day: str, amount: int, overdue: int | None, **other: str) -> dict[str, Any]:
        return {"counted_on": day, "amount": amount, "overdue": overdue, "currency": "USD", **other}

    rows: Rows = {
        "receivables": [
            balance("2026-01-10", 900, 900, contract="1"),
            balance("2026-01-31", 500, 100, contract="1"),
            balance("2026-01-31", 300, 100, contract="2"),
            balance("2026-03-31", 0, 0, contract="1"),
            balance("2026-04-30", 70, None, contract="1"),
        ]
    }
    today, january, march, april = date(2026, 6, 1), *(date(2026, at, 1) for at in (1, 3, 4))
    assert measured("receivables", today, rows) == {january: 800, march: 0, april: 70}
    assert measured("overdue_share", today, rows) == {january: 25}
    billed = {"external_id": "1", "issued": date(2026, 1, 5), "amount": 40, "currency": "USD"}
    assert measured("receivables", today, {**rows, "invoices": [billed]})[january] == 40


_days = st.dates(date(2026, 1, 1), date(2026, 6, 20))
_invoice = st.fixed_dictionaries(
    {
        "issued": _days,
        "due": st.none() | _days,
        "paid": st.none() | _days,
        "amount": st.integers(-5, 1000),
        "paid_amount": st.none() | st.integers(0, 1200),
        "currency": st.just("RUB"),
    }
)
_payment = st.fixed_dictionaries(
    {
        "invoice_external_id": st.sampled_from(["0", "1", "2", "nobody"]),
        "paid_on": _days,
        "amount": st.integers(1, 400),
        "currency": st.just("RUB"),
    }
)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_invoice, min_size=3, max_size=12), st.lists(_payment, max_size=6))
def test_what_is_due_and_what_is_overdue_sum_to_receivables(
    measured: Measured, billed: list[dict[str, Any]], paid: list[dict[str, Any]]
) -> None:
    rows: Rows = {
        "invoices": [{"external_id": str(at), **one} for at, one in enumerate(billed)],
        "payments": paid,
    }
    parts = [measured(key, date(2026, 6, 21), rows) for key in ("receivables_current", *AGES)]
    whole = measured("receivables", date(2026, 6, 21), rows)
    assert {on: sum(part[on] for part in parts) for on in whole} == whole


_move = st.tuples(_days, st.sampled_from(["A", "B"]), st.integers(0, 50))


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(_move, max_size=9),
    st.lists(_move, min_size=1, max_size=4),
    st.lists(_move, min_size=1, max_size=3),
    st.dictionaries(st.tuples(st.sampled_from(["A", "B"]), _days), st.integers(0, 90), max_size=4),
)
def test_what_is_left_in_the_channel_is_what_came_less_what_went(
    measured: Measured,
    came: list[tuple[date, str, int]],
    went: list[tuple[date, str, int]],
    back: list[tuple[date, str, int]],
    counts: dict[tuple[str, date], int],
) -> None:
    def moves(rows: list[tuple[date, str, int]], day: str) -> list[dict[str, Any]]:
        return [{day: on, "sku": sku, "quantity": units} for on, sku, units in rows]

    rows: Rows = {
        "shipments": moves(came, "shipped_on"),
        "sell_outs": moves(went, "sold_on"),
        "returns": moves(back, "returned_on"),
        "stocks": moves([(on, sku, left) for (sku, on), left in counts.items()], "counted_on"),
    }

    def left(sku: str, last: date) -> int:
        counted = max((on for what, on in counts if what == sku and on <= last), default=date.min)
        signed = [*came, *((on, what, -units) for on, what, units in [*went, *back])]
        moved = sum(units for on, what, units in signed if what == sku and counted < on <= last)
        return counts.get((sku, counted), 0) + moved

    first = min([*(on for on, *_ in [*came, *went, *back]), *(on for _, on in counts)]).replace(
        day=1
    )
    reported = max(on for on, *_ in went)
    expected = {}
    for on, last in _months(first, reported + timedelta(days=1)):
        both = left("A", last), left("B", last)
        if min(both) >= 0:
            expected[on] = sum(both)
    assert measured("implied_channel_stock", date(2026, 7, 1), rows) == expected


def test_a_count_of_one_of_a_group_says_nothing_of_the_others(measured: Measured) -> None:
    one, other = (f"00000000-0000-0000-0000-00000000000{at}" for at in (1, 2))
    rows: Rows = {
        "shipments": [
            {"member_id": who, "shipped_on": date(2026, 1, 5), "sku": "A", "quantity": 10}
            for who in (one, other)
        ],
        "sell_outs": [{"member_id": one, "sold_on": date(2026, 1, 20), "sku": "A", "quantity": 1}],
        "stocks": [{"member_id": one, "counted_on": date(2026, 1, 10), "sku": "A", "quantity": 7}],
    }
    left = measured("implied_channel_stock", date(2026, 2, 1), rows)
    assert left == {date(2026, 1, 1): 7 - 1 + 10}


def test_what_was_before_the_first_measured_month_is_counted_on(measured: Measured) -> None:
    rows: Rows = {
        "shipments": [{"shipped_on": date(2001, 1, 5), "sku": "A", "quantity": 10}],
        "sell_outs": [{"sold_on": date(2026, 1, 20), "sku": "A", "quantity": 1}],
        "invoices": [
            {"external_id": "1", "issued": date(2001, 1, 5), "amount": 40, "currency": "RUB"}
        ],
    }
    left = measured("implied_channel_stock", date(2026, 2, 1), rows)
    assert [*left.values()][:: len(left) - 1] == [10, 9]
    assert min(measured("cei", date(2026, 2, 1), rows)) > min(left)
