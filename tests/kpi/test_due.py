"""Who is due is measured: what is measured bit by bit is what is measured at once."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connectors as gate
from connectors import Noun
from kam_sync import flow
from kam_sync.base.clock import stopped_at
from kam_sync.jobs.joining import parents
from kam_sync.kpi import step
from kam_sync.kpi.registry import KPIS
from kam_sync.wiring import Services
from tests.conftest import empty
from tests.fakes import joining
from tests.fakes.books import Book, at, deal
from tests.fakes.connecting import ask

_SERIES = "SELECT account_id, of_group, grain, kpi, unit, ons, known, running_on, running"
_ORDER = " FROM series WHERE kpi <> 'portfolio_share' ORDER BY 1, 2, 3, 4, 5"
"""A share changes with what others buy, too, and follows that but once a day."""
COMPANIES = ("1", "2", "3")

ACTS = st.lists(
    st.one_of(
        st.tuples(
            st.just("deal"), st.sampled_from("abcd"), st.sampled_from(COMPANIES),
            st.sampled_from(("2025-07-05", "2026-07-05", "2026-09-20", None)), st.integers(0, 500),
        ),
        st.tuples(st.just("gone"), st.sampled_from("abcd")),
        st.tuples(st.just("contact"), st.sampled_from(COMPANIES)),
        st.tuples(st.just("task"), st.sampled_from("xy")),
        st.tuples(st.just("merge"), st.sampled_from(COMPANIES), st.sampled_from(COMPANIES)),
        st.tuples(st.just("undo")),
        st.tuples(st.just("measure")),
    ),
    max_size=12,
)  # fmt: skip


class World:
    """Three companies, of which the third is the head of the second."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.book = Book(services)
        self.book.save(Noun.COMPANY, *(gate.Company(key, f"Фирма {key}") for key in COMPANIES))
        flow.match(services)
        with parents(services, by="Анна") as parenting:
            parenting.place(self.book.account("2"), self.book.account("3"))
        self.deals: dict[str, gate.Deal] = {}
        self.decisions: list[int] = []

    def act(self, what: str, *how: Any) -> None:
        """Let something change."""
        match what, how:
            case "deal", (name, company, won, amount):
                made = deal(name, opened="2024-07-01", won=won, amount=amount)
                self.deals[name] = replace(made, company_external_id=company)
                self.book.deals(self.deals[name])
            case "gone", (name,) if name in self.deals:
                self.book.deals(replace(self.deals[name], is_deleted=True))
            case "contact", (company,):
                self.book.save(Noun.CONTACT, gate.Contact("7", "Пётр", company))
            case "task", (name,):
                when = at("2026-08-09")
                about = (Noun.CONTACT, "7") if name == "x" else (Noun.DEAL, "a")
                self.book.save(
                    Noun.TASK, gate.Task(name, "", False, *about, due_at=when, created_at=when)
                )
            case "merge", (one, other) if self.merges(one, other):
                own = self.book.account
                self.decisions.append(joining.merge(self.services, own(one), own(other), by="Анна"))
            case "undo", () if self.decisions:
                joining.undo(self.services, self.decisions.pop(), by="Анна")
            case "measure", ():
                self.book.measure()
            case _:
                pass  # there is nothing of that yet

    def merges(self, one: str, other: str) -> bool:
        """Whether these two may be merged: they stand, and are not one already."""
        return one != other and not self.decisions

    def series(self) -> list[Any]:
        """All series, as far as they do not say when they were measured."""
        return ask(self.services, _SERIES + _ORDER)


@pytest.mark.heavy
@settings(
    max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(acts=ACTS)
def test_what_is_measured_bit_by_bit_is_what_is_measured_at_once(
    services: Services, acts: list[Any]
) -> None:
    _compare(services, acts)


def _compare(services: Services, acts: list[Any]) -> None:
    empty(services.database)
    world = World(services)
    world.book.measure()
    for act in acts:
        world.act(*act)
    world.book.measure()
    bit_by_bit = world.series()
    with services.database.transaction() as session:
        session.execute(sa.text("DELETE FROM series"))
        session.execute(sa.text("DELETE FROM kpi_measured"))
    world.book.measure()
    assert world.series() == bit_by_bit


def test_nothing_is_measured_when_nothing_has_changed(services: Services) -> None:
    book = Book(services)
    book.deals(deal("1", opened="2026-09-01", won="2026-09-20")).measure()
    assert ask(services, "SELECT count(*) FROM kpi_due") == [(0,)]
    assert book.measure() == {"created": 0, "updated": 0, "removed": 0}


def test_days_pass_without_anybody_changing_anything(services: Services) -> None:
    book = Book(services)
    book.deals(deal("1", opened="2026-10-01", won="2026-11-20 09:00:00")).measure()
    assert book.points("days_since_last_won", "days") == {"2026-11": 3}
    later = replace(services, as_of=stopped_at(datetime(2026, 12, 2, 9, tzinfo=UTC)))
    flow.kpi(later)
    assert book.points("days_since_last_won", "days") == {"2026-11": 10, "2026-12": 12}


def test_another_time_zone_moves_the_borders_of_all_periods(services: Services) -> None:
    book = Book(services)
    book.deals(deal("1", opened="2026-08-10", won="2026-09-30 21:30:00")).measure()
    assert book.points("won_revenue") == {"2026-08": 0, "2026-09": 0, "2026-10": 100, "2026-11": 0}
    in_utc = services.settings.model_copy(update={"timezone": "UTC"})
    flow.kpi(replace(services, settings=in_utc))
    assert book.points("won_revenue") == {"2026-08": 0, "2026-09": 100, "2026-10": 0, "2026-11": 0}
    assert restated(services) == {(0, 100, "zone"), (100, 0, "zone")}


def test_a_value_that_changes_after_its_month_is_restated(services: Services) -> None:
    book = Book(services)
    book.deals(deal("1", opened="2026-10-01", won="2026-10-20", amount=100)).measure()
    book.deals(deal("2", opened="2026-10-01", won="2026-10-21", amount=20)).measure()
    said = "SELECT known, reported FROM series WHERE kpi = 'won_revenue' AND grain = 'month'"
    assert ask(services, said) == [([Decimal("120.0000")], [Decimal("100.0000")])]
    assert restated(services) == {(100, 120, "facts")}


@pytest.mark.heavy
def test_a_restatement_says_all_that_has_changed(services: Services) -> None:
    book = Book(services)
    book.save(Noun.COMPANY, gate.Company("2", "Фирма 2"), gate.Company("3", "Холдинг"))
    flow.match(services)
    second = replace(deal("2", opened="2026-10-01", won="2026-10-20"), company_external_id="2")
    book.deals(deal("1", opened="2026-10-01", won="2026-10-20"), second).measure()
    joining.merge(services, book.account("1"), book.account("2"), by="Анна")
    book.measure()
    assert restated(services) == {(100, 200, "account")}
    with parents(services, by="Анна") as parenting:
        parenting.place(book.account("1"), book.account("3"))
    book.measure()
    book.deals(replace(second, amount=Decimal(150)))
    with services.database.transaction() as session:  # by another version than today's
        session.execute(sa.text("UPDATE kpi_measured SET version = 'old' || version"))
    book.measure()
    assert restated(services) == {(100, 200, "account"), (200, 250, "definition, facts")}
    assert restated(services, of_group=True) == {(200, 250, "definition, facts")}


def restated(services: Services, *, of_group: bool = False) -> set[tuple[Any, ...]]:
    """What was restated of the won revenue of months, and why."""
    query = (
        "SELECT was, now, array_to_string(causes, ', ') FROM restatement "
        f"WHERE kpi = 'won_revenue' AND grain = 'month' AND of_group = {of_group}"
    )
    return {tuple(row) for row in ask(services, query)}


def test_measuring_as_of_an_earlier_day_restates_nothing(services: Services) -> None:
    book = Book(services)
    book.deals(deal("1", opened="2026-08-01", won="2026-08-20")).measure()
    flow.kpi(replace(services, as_of=stopped_at(datetime(2026, 10, 5, 9, tzinfo=UTC))))
    book.measure()
    assert ask(services, "SELECT count(*) FROM restatement") == [(0,)]


def test_a_kpi_of_ones_own_that_fails_harms_no_other_and_keeps_its_values(
    services: Services,
) -> None:
    def measure(sql: str) -> dict[str, int]:
        own = KPIS["won_revenue"].model_copy(update={"key": "own", "sql": sql})
        with services.database.transaction() as session:
            kpis = {**KPIS, "own": own}
            report = step.run(session, services.as_of(), services.zone, services.workdays, kpis)
            return report.as_dict()

    book = Book(services)
    book.deals(deal("1", opened="2026-10-01", won="2026-10-20"))
    assert "failed" not in measure(KPIS["won_revenue"].sql)
    book.deals(deal("2", opened="2026-10-01", won="2026-10-21"))
    broken = 'SELECT account_id, currency AS unit, opened_on AS "on", 1 / 0 AS value FROM deals'
    assert measure(broken)["failed"] > 0
    assert book.points("own") == {"2026-10": 100, "2026-11": 0}
    assert book.points("won_revenue") == {"2026-10": 200, "2026-11": 0}
