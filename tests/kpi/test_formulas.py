"""Each KPI on a handful of deals, with values computed by hand.

It is 23 November 2026, 12:00 in Moscow. October began there on 30 September at 21:00 UTC.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

import connectors as gate
from connectors import Noun
from kam_sync.wiring import Services
from tests.fakes.books import Book, at, deal


@pytest.fixture
def book(services: Services) -> Book:
    return Book(services)


def test_won_revenue_counts_by_the_month_of_moscow(book: Book) -> None:
    book.deals(
        deal("1", opened="2026-08-10", won="2026-09-30 20:59:59", amount=7),
        deal("2", opened="2026-08-10", won="2026-09-30 21:00:00", amount=100),
    ).measure()
    revenue = {"2026-08": 0, "2026-09": 7, "2026-10": 100, "2026-11": 0}
    assert book.points("won_revenue") == revenue


def test_won_revenue_leaves_out_what_is_open_lost_deleted_or_without_an_amount(book: Book) -> None:
    gone = replace(deal("4", opened="2026-10-01", won="2026-10-09"), is_deleted=True)
    book.deals(
        deal("1", opened="2026-10-01"),
        deal("2", opened="2026-10-01", lost="2026-10-09"),
        deal("3", opened="2026-10-01", won="2026-10-09", amount=None),
        gone,
        deal("5", opened="2026-10-01", won="2026-10-09", amount=30),
    ).measure()
    assert book.points("won_revenue") == {"2026-10": 30, "2026-11": 0}


def test_money_of_two_currencies_is_kept_apart(book: Book) -> None:
    book.deals(
        deal("1", opened="2026-10-01", won="2026-10-09", amount=100),
        deal("2", opened="2026-11-02", won="2026-11-09", amount=5, currency="USD"),
        deal("3", opened="2026-11-02", amount=8, currency="USD"),
    ).measure()
    assert book.points("won_revenue", "RUB") == {"2026-10": 100, "2026-11": 0}
    assert book.points("won_revenue", "USD") == {"2026-11": 5}
    assert book.points("open_pipeline", "USD") == {"2026-11": 8}
    assert book.points("average_won_deal", "USD") == {"2026-11": 5}


def test_the_running_month_alone_is_flagged_as_partial(book: Book) -> None:
    book.deals(deal("1", opened="2026-08-10", won="2026-09-09")).measure()
    assert book.partial_months() == {date(2026, 11, 1)}


def test_a_deal_won_before_the_first_measured_month_is_no_revenue_of_it(book: Book) -> None:
    book.deals(
        deal("1", opened="2020-01-01", won="2020-02-01", amount=1000),
        deal("2", opened="2020-01-01", won="2023-11-09", amount=5),
    ).measure()
    assert book.points("won_revenue")["2023-11"] == 5


@pytest.mark.parametrize(
    ("kpi", "unit", "values"),
    [
        ("won_revenue", "RUB", {"2026-10": 0, "2026-11": 5}),
        ("open_pipeline", "RUB", {"2026-10": 105, "2026-11": 100}),
        ("average_won_deal", "RUB", {"2026-11": 5}),
        ("days_since_last_won", "days", {"2026-11": 18}),
    ],
)
def test_a_deal_that_will_be_won_on_wednesday_is_not_yet_won(
    book: Book, kpi: str, unit: str, values: dict[str, int]
) -> None:
    book.deals(
        deal("1", opened="2026-10-01", won="2026-11-05", amount=5),
        deal("2", opened="2026-10-01", won="2026-11-25", amount=100),
    ).measure()
    assert book.points(kpi, unit) == values


def test_the_open_pipeline_holds_what_was_open_at_the_months_end(book: Book) -> None:
    book.deals(
        deal("1", opened="2026-08-10", won="2026-10-15", amount=100),
        deal("2", opened="2026-09-10", lost="2026-10-15", amount=30),
        deal("3", opened="2026-09-10", amount=4),
        deal("4", opened="2026-09-10", amount=None),
    ).measure()
    pipeline = {"2026-08": 100, "2026-09": 134, "2026-10": 4, "2026-11": 4}
    assert book.points("open_pipeline") == pipeline


def test_a_deal_closed_with_the_first_moment_of_a_month_was_open_until_then(book: Book) -> None:
    book.deals(
        deal("1", opened="2026-09-10", won="2026-09-30 21:00:00", amount=100),
        deal("2", opened="2026-09-10", won="2026-09-30 20:59:59", amount=7),
    ).measure()
    assert book.points("open_pipeline") == {"2026-09": 100, "2026-10": 0, "2026-11": 0}


def test_a_deal_opened_long_ago_is_in_the_pipeline_of_the_first_month(book: Book) -> None:
    book.deals(
        deal("1", opened="2020-01-01", amount=100),
        deal("2", opened="2020-01-01", lost="2021-01-01", amount=30),
    ).measure()
    assert book.points("open_pipeline")["2023-11"] == 100
    assert len(book.points("open_pipeline")) == 12 * 6 + 11


def test_the_average_won_deal_looks_back_ninety_days_from_the_months_end(book: Book) -> None:
    # October ends on 31 October at 21:00 UTC, 90 days after 2 August at 21:00
    book.deals(
        deal("1", opened="2026-08-01", won="2026-08-02 21:00:00", amount=100),
        deal("2", opened="2026-08-01", won="2026-08-02 20:59:59", amount=300),
        deal("3", opened="2026-08-01", won="2026-08-02 21:00:00", amount=None),
        deal("4", opened="2026-08-01", lost="2026-08-02 21:00:00", amount=9000),
    ).measure()
    average = {"2026-08": 200, "2026-09": 200, "2026-10": 100}
    assert book.points("average_won_deal") == average


def test_ninety_days_may_reach_back_into_a_fourth_month(book: Book) -> None:
    book.deals(deal("1", opened="2026-01-10", won="2026-01-31 09:00:00", amount=100)).measure()
    assert list(book.points("average_won_deal")) == ["2026-01", "2026-02", "2026-03", "2026-04"]


def test_the_win_rate_is_the_share_of_won_among_closed_deals_of_any_currency(book: Book) -> None:
    book.deals(
        deal("1", opened="2026-10-01", won="2026-10-09"),
        deal("2", opened="2026-10-01", won="2026-10-10", currency="USD", amount=None),
        deal("3", opened="2026-10-01", lost="2026-10-11"),
        deal("4", opened="2026-10-01"),
        deal("5", opened="2026-10-01", lost="2026-11-11"),
    ).measure()
    rates = {"2026-10": Decimal("66.6667"), "2026-11": 50}
    assert book.points("win_rate", "percent") == rates


def test_there_is_no_win_rate_where_nothing_was_closed_for_ninety_days(book: Book) -> None:
    book.deals(deal("1", opened="2026-05-01", lost="2026-05-09")).measure()
    rates = {"2026-05": 0, "2026-06": 0, "2026-07": 0}
    assert book.points("win_rate", "percent") == rates


def test_days_since_the_last_won_deal_are_whole_days_until_the_months_end(book: Book) -> None:
    book.deals(
        deal("1", opened="2026-08-10", won="2026-09-20 21:00:00"),
        deal("2", opened="2026-08-10", won="2026-09-20 20:00:00"),
        deal("3", opened="2026-08-10", lost="2026-10-20 21:00:00"),
    ).measure()
    days = {"2026-09": 10, "2026-10": 41, "2026-11": 63}
    assert book.points("days_since_last_won", "days") == days


def test_who_never_bought_has_no_days_since_the_last_won_deal(book: Book) -> None:
    book.deals(deal("1", opened="2026-08-10", lost="2026-09-20")).measure()
    assert book.points("days_since_last_won", "days") == {}


def test_days_since_the_last_activity_look_at_deals_and_at_their_tasks(book: Book) -> None:
    touched = replace(deal("1", opened="2026-08-10 12:00"), updated_at=at("2026-09-05 12:00"))
    task = gate.Task("1", "Позвонить", False, Noun.DEAL, "1", created_at=at("2026-10-20 21:00:00"))
    book.save(Noun.TASK, task)
    book.deals(touched).measure()
    days = {"2026-08": 21, "2026-09": 25, "2026-10": 11, "2026-11": 33}
    assert book.points("days_since_last_activity", "days") == days


@pytest.mark.parametrize(("noun", "id_"), [(Noun.COMPANY, "1"), (Noun.CONTACT, "7")])
def test_a_task_about_the_company_or_its_contact_is_an_activity(
    book: Book, noun: Noun, id_: str
) -> None:
    task = gate.Task("1", "Позвонить", False, noun, id_, created_at=at("2026-10-20 21:00:00"))
    book.save(Noun.CONTACT, gate.Contact("7", "Анна", "1"))
    book.save(Noun.TASK, task)
    book.deals(deal("1", opened="2026-10-10 21:00:00")).measure()
    assert book.points("days_since_last_activity", "days") == {"2026-10": 11, "2026-11": 33}


def test_measuring_twice_changes_nothing(book: Book) -> None:
    book.deals(
        deal("1", opened="2026-08-10", won="2026-09-20", amount=100),
        deal("2", opened="2026-08-10", lost="2026-09-20"),
    )
    assert book.measure()["created"] > 0
    assert book.measure() == {"created": 0, "updated": 0, "removed": 0}


def test_the_points_of_a_deleted_deal_vanish(book: Book) -> None:
    one = deal("1", opened="2026-08-10", won="2026-09-20")
    created = book.deals(one).measure()["created"]
    book.deals(replace(one, is_deleted=True))
    assert book.measure() == {"created": 0, "updated": 0, "removed": created}
    assert book.points("won_revenue") == {}


def test_the_points_of_a_currency_that_was_wrong_vanish(book: Book) -> None:
    one = deal("1", opened="2026-10-10", won="2026-10-20", currency="USD")
    book.deals(one).measure()
    book.deals(replace(one, currency="RUB")).measure()
    assert book.points("won_revenue", "USD") == {}
    assert book.points("won_revenue", "RUB") == {"2026-10": 100, "2026-11": 0}


def test_a_deal_without_an_opening_time_was_opened_when_it_was_closed(book: Book) -> None:
    book.deals(replace(deal("1", opened="2026-10-10", won="2026-10-20"), created_at=None)).measure()
    assert book.points("won_revenue") == {"2026-10": 100, "2026-11": 0}


def test_a_deal_of_no_company_is_of_no_account(book: Book) -> None:
    stray = replace(deal("1", opened="2026-10-10", won="2026-10-20"), company_external_id=None)
    assert book.deals(stray).measure() == {"created": 0, "updated": 0, "removed": 0}
