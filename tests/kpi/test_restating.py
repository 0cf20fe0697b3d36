"""What is a restatement, and what is none."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from kam_sync import flow
from kam_sync.base.clock import stopped_at
from kam_sync.kpi.store import RateStore
from kam_sync.wiring import Services
from tests.fakes import joining
from tests.fakes.books import WHEN, Book, deal
from tests.fakes.connecting import ask


def restated(services: Services, kpi: str) -> list[Any]:
    """What was restated of a KPI by month: the month, the values, and why."""
    return ask(
        services,
        "SELECT to_char(\"on\", 'YYYY-MM'), was, now, array_to_string(causes, ' ') "
        f"FROM restatement WHERE kpi = '{kpi}' AND grain = 'month' ORDER BY id",
    )


def test_what_has_become_too_old_to_be_measured_is_not_restated(services: Services) -> None:
    book = Book(services)
    book.deals(
        deal("1", opened="2015-01-01", won="2016-11-20"),
        deal("2", opened="2025-09-01", won="2025-10-19 12:00:00"),
    ).measure()
    assert book.points("won_revenue")["2016-11"] == 100
    for days in (1, 9):
        flow.kpi(replace(services, as_of=stopped_at(WHEN + timedelta(days=days))))
    assert "2016-11" not in book.points("won_revenue")
    assert ask(services, "SELECT kpi, \"on\" FROM restatement WHERE kpi <> 'realised_ltv'") == []


def test_a_series_that_is_gone_was_restated(services: Services) -> None:
    book = Book(services)
    made = deal("1", opened="2026-09-01", won="2026-09-20")
    book.deals(made).measure()
    book.deals(replace(made, is_deleted=True)).measure()
    assert book.points("won_revenue") == {}
    assert restated(services, "won_revenue") == [
        ("2026-09", 100, None, "facts"), ("2026-10", 0, None, "facts"),
    ]  # fmt: skip


def test_an_account_that_has_become_part_of_another_is_not_restated(services: Services) -> None:
    book, other = Book(services), Book(services, "other")
    for one in (book, other):
        one.deals(deal("1", opened="2026-09-01", won="2026-09-20")).measure()
    joining.merge(services, book.account(), other.account(), by="Анна")
    book.measure()
    found = ask(services, "SELECT account_id FROM restatement GROUP BY account_id")
    assert len(found) == 1


def test_a_value_that_came_between_two_alike_was_restated(services: Services) -> None:
    book = Book(services)
    book.deals(
        deal("1", opened="2026-03-01", won="2026-03-20"),
        deal("2", opened="2026-09-01", won="2026-09-20"),
    ).measure()
    book.deals(deal("3", opened="2026-04-01", won="2026-07-20")).measure()
    assert restated(services, "win_rate")[0] == ("2026-07", None, 100, "facts")


def test_what_counts_no_money_is_not_restated_by_a_rate(services: Services) -> None:
    book = Book(services)
    settings = services.settings.model_copy(update={"currency": "RUB"})
    book.services = replace(services, settings=settings)
    book.deals(deal("1", opened="2026-07-01", won="2026-07-20")).measure()
    with services.database.transaction() as session:
        RateStore(session).save([("USD", date(2026, 9, 1), 80)], "test", WHEN)
    book.deals(deal("1", opened="2026-06-01", won="2026-07-20")).measure()
    assert {row[-1] for row in restated(services, "touch_frequency")} == {"facts"}
    assert {row[-1] for row in restated(services, "won_revenue")} == {"facts rate"}


def test_ninety_days_end_at_midnight_where_clocks_are_changed(services: Services) -> None:
    book = Book(services)
    settings = services.settings.model_copy(update={"timezone": "Europe/Berlin"})
    book.services = replace(services, settings=settings)
    book.deals(deal("1", opened="2025-12-01", won="2025-12-31 22:30:00")).measure()
    assert max(book.points("win_rate", "percent")) == "2026-02"  # not yet 1 January in Berlin
