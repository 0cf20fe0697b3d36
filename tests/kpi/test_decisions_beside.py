"""What people decide while accounts are measured: no account is ever measured by halves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from kam_sync import flow
from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import Database
from kam_sync.jobs.joining import parents
from kam_sync.wiring import Services
from tests.fakes import joining
from tests.fakes.books import Book, deal
from tests.fakes.connecting import ask


@contextmanager
def _just_before(database: Database, statement: str, act: Callable[[], Any]) -> Iterator[None]:
    """Let somebody act in a transaction of his own before a statement is run for the first time."""
    waiting = [act]

    def look(_connection: Any, _cursor: Any, said: str, *_: Any) -> None:
        if statement in said and waiting:
            waiting.pop()()

    sa.event.listen(database.engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", look)
    assert not waiting


def _points(services: Services) -> dict[str, list[Any]]:
    order = 'SELECT account_id, kpi, unit, "on", value FROM {} ORDER BY 1, 2, 3, 4'
    return {table: ask(services, order.format(table)) for table in ("point", "group_point")}


@pytest.mark.heavy
def test_who_is_merged_while_kpis_are_computed_is_measured_as_before(services: Services) -> None:
    a, b, holding = (Book(services, name) for name in ("a", "b", "holding"))
    a.deals(deal("1", opened="2026-09-01", won="2026-09-20"))
    b.deals(deal("1", opened="2026-09-02", won="2026-10-20", amount=50))
    flow.match(services)
    with parents(services, by="Анна") as parenting:
        parenting.place(b.account(), holding.account())
    a.measure()
    before = _points(services)
    for statement in ("CREATE TEMP TABLE activities", "CREATE TEMP TABLE kpi_group"):
        with services.database.transaction() as session:
            session.execute(sa.text("DELETE FROM series"))
            session.execute(sa.text("DELETE FROM kpi_measured"))
        decisions: list[int] = []

        def merge(decisions: list[int] = decisions) -> None:
            decisions.append(joining.merge(services, a.account(), b.account(), by="Анна"))

        with _just_before(services.database, statement, merge):
            a.measure()
        assert _points(services) == before
        a.measure()
        assert b.points("won_revenue") == {}
        joining.undo(services, *decisions, by="Анна")


def test_no_alert_is_opened_about_who_was_merged_since_it_was_measured(services: Services) -> None:
    a, b = Book(services, "a"), Book(services, "b")
    months = [f"{2024 + month // 12}-{month % 12 + 1:02}" for month in range(10, 34)]
    for number, month in enumerate(months):
        amount = 100 if number < len(months) - 3 else 10
        b.deals(deal(month, opened=f"{month}-01", won=f"{month}-05", amount=amount))
    flow.match(services)
    b.measure()
    decision = joining.merge(services, a.account(), b.account(), by="Анна")
    flow.detect(services)
    with services.database.transaction() as session:
        assert AlertStore(session).open_ones() == {}
    joining.undo(services, decision, by="Анна")
    flow.detect(services)
    with services.database.transaction() as session:
        opened = {account for account, _ in AlertStore(session).open_ones()}
    assert opened == {b.account()}
