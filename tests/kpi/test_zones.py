"""Accounts that live elsewhere are measured by their own midnight."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import connectors as gate
from connectors import Noun
from kam_sync import flow
from kam_sync.base.clock import stopped_at
from kam_sync.jobs.joining import live_in, parents
from kam_sync.wiring import Services
from tests.conftest import empty
from tests.fakes import joining
from tests.fakes.books import Book, deal
from tests.fakes.connecting import ask

_SERIES = (
    "SELECT account_id, of_group, grain, kpi, unit, ons, known, running_on, running"
    " FROM series ORDER BY 1, 2, 3, 4, 5"
)
_AT_NIGHT = "2026-09-30 21:30:00"
"""In Moscow October has begun, in Kaliningrad it has not."""


def test_a_deal_counts_in_the_month_that_it_is_at_the_client(services: Services) -> None:
    near, far = Book(services, "near"), Book(services, "far")
    for book in (near, far):
        book.deals(deal("1", opened="2026-09-10", won=_AT_NIGHT))
    live_in(services, far.account(), "Europe/Kaliningrad", by="Анна")
    near.measure()
    here = {"2026-09": 0, "2026-10": 100, "2026-11": 0}
    assert near.points("won_revenue") == here
    assert far.points("won_revenue") == {"2026-09": 100, "2026-10": 0, "2026-11": 0}

    live_in(services, far.account(), None, by="Анна")
    assert ask(services, "SELECT noun, account_id FROM kpi_due") == [
        ("account_zone", far.account())
    ]
    far.measure()
    assert far.points("won_revenue") == here


def test_a_day_begins_where_the_client_lives(services: Services) -> None:
    book = Book(services)
    book.deals(deal("1", opened="2026-10-01", won="2026-11-20 09:00:00"))
    live_in(services, book.account(), "Asia/Kamchatka", by="Анна")
    running = "SELECT DISTINCT running_on FROM series WHERE grain = 'day'"
    for hour, day in ((11, 23), (13, 24), (23, 24)):  # its midnight is at 12:00 UTC
        moment = datetime(2026, 11, 23, hour, tzinfo=UTC)
        flow.kpi(replace(services, as_of=stopped_at(moment)))
        assert ask(services, running) == [(date(2026, 11, day),)]


def test_who_takes_an_account_in_takes_its_time_zone(services: Services) -> None:
    one, other = Book(services, "one"), Book(services, "other")
    for book in (one, other):
        book.deals(deal("1", opened="2026-09-10", won=_AT_NIGHT, amount=70))
    live_in(services, other.account(), "Europe/Kaliningrad", by="Анна")
    joining.merge(services, one.account(), other.account(), by="Анна")
    one.measure()
    assert one.points("won_revenue") == {"2026-09": 140, "2026-10": 0, "2026-11": 0}


ACTS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from("123"),
            st.sampled_from(("Europe/Moscow", "Europe/Kaliningrad", "Asia/Tokyo", None)),
        ),
        st.tuples(st.just("deal"), st.sampled_from("123")),
        st.just(("house", "Asia/Tokyo")),
        st.just(("house", "Europe/Moscow")),
        st.just(("measure", "")),
    ),
    max_size=8,
)


@pytest.mark.heavy
@settings(
    max_examples=1, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(acts=ACTS)
@example(
    [
        ("deal", "1"),
        ("measure", ""),
        ("house", "Asia/Tokyo"),
        ("measure", ""),
        ("house", "Europe/Moscow"),
    ]
)
@example(
    [("deal", "1"), ("2", "Asia/Tokyo"), ("deal", "2"), ("measure", ""), ("house", "Asia/Tokyo")]
)
def test_zones_that_change_leave_what_is_measured_at_once(
    services: Services, acts: list[tuple[str, str]]
) -> None:
    _compare(services, acts)


@pytest.mark.heavy
@settings(
    max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(acts=ACTS)
@example(
    [
        ("deal", "1"),
        ("measure", ""),
        ("house", "Asia/Tokyo"),
        ("measure", ""),
        ("house", "Europe/Moscow"),
    ]
)
@example(
    [("deal", "1"), ("2", "Asia/Tokyo"), ("deal", "2"), ("measure", ""), ("house", "Asia/Tokyo")]
)
def test_zones_that_change_leave_what_is_measured_at_once_many_times(
    services: Services, acts: list[tuple[str, str]]
) -> None:
    _compare(services, acts)


def _compare(services: Services, acts: list[tuple[str, str]]) -> None:
    empty(services.database)
    book = Book(services)
    book.save(Noun.COMPANY, *(gate.Company(key, f"Фирма {key}") for key in "123"))
    flow.match(services)
    with parents(services, by="Анна") as parenting:
        parenting.place(book.account("2"), book.account("3"))
    house = services
    for number, (what, how) in enumerate(acts):
        match what:
            case "deal":
                made = deal(str(number), opened="2026-09-10", won=_AT_NIGHT)
                book.deals(replace(made, company_external_id=how))
            case "house":
                there = services.settings.model_copy(update={"timezone": how})
                house = replace(services, settings=there)
            case "measure":
                flow.kpi(house)
            case company:
                live_in(services, book.account(company), how, by="Анна")
    flow.kpi(house)
    bit_by_bit = ask(services, _SERIES)
    with services.database.transaction() as session:
        session.execute(sa.text("DELETE FROM series"))
        session.execute(sa.text("DELETE FROM kpi_measured"))
    flow.kpi(house)
    assert ask(services, _SERIES) == bit_by_bit


def test_shares_of_the_portfolio_are_of_all_accounts_wherever_they_live(services: Services) -> None:
    near, far = Book(services, "near"), Book(services, "far")
    for book, amount in ((near, 300), (far, 100)):
        book.deals(deal("1", opened="2025-09-10", won="2026-09-10", amount=amount))
    live_in(services, far.account(), "Asia/Yekaterinburg", by="Анна")
    near.measure()
    assert near.points("portfolio_share", "percent")["2026-10"] == 75
    assert far.points("portfolio_share", "percent")["2026-10"] == 25
