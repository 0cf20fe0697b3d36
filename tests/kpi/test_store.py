"""Points are read by account, month and KPI."""

from datetime import date
from decimal import Decimal

import pytest

from kam_sync.kpi.store import KpiStore
from kam_sync.wiring import Services
from tests.fakes.books import Book, deal


@pytest.fixture
def book(services: Services) -> Book:
    """Won revenue of 7 in September and 100 in October, nothing in November so far."""
    book = Book(services)
    book.deals(
        deal("1", opened="2026-09-01", won="2026-09-10", amount=7),
        deal("2", opened="2026-09-01", won="2026-10-10", amount=100),
    ).measure()
    return book


def test_a_series_holds_whole_months_only(book: Book) -> None:
    with book.services.database.transaction() as session:
        [series] = KpiStore(session).series(["won_revenue"])
    assert series.account_id == book.account()
    assert series.ons == (date(2026, 9, 1), date(2026, 10, 1))
    assert series.values == (7.0, 100.0)


def test_points_are_read_between_two_months(book: Book) -> None:
    october = date(2026, 10, 1)
    with book.services.database.transaction() as session:
        found = KpiStore(session).points(book.account(), "won_revenue", first=october, last=october)
        assert [(point.on, point.value) for point in found] == [(october, Decimal(100))]
