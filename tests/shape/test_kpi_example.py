"""The worked example of docs/kpi.md comes out, to the last figure."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import connectors as gate
import kam_sync.kpi.step
from connectors import Noun, Outcome
from kam_sync.accounts.match import own_account
from kam_sync.accounts.store import SavingStore
from kam_sync.base.clock import start_of_day
from kam_sync.intake.model import Access, NewSource
from kam_sync.intake.store import SourceStore
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.store import KpiStore
from kam_sync.wiring import Services

PAGE = Path(__file__).parents[2] / "docs" / "kpi.md"
MONTHS = {date(2026, number, 1) for number in range(1, 6)}


def table(heading: str) -> list[list[str]]:
    """The rows of the table that begins with the heading, without its head."""
    lines = PAGE.read_text().split(f"| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def noon(day: str) -> datetime | None:
    """Noon in Moscow, None for an empty cell."""
    return datetime.fromisoformat(f"{day}T12:00:00+03:00") if day else None


def deal(name: str, opened: str, closed: str, outcome: str, amount: str) -> gate.Deal:
    """A deal of the example."""
    return gate.Deal(
        name, name, "1", "1", Outcome(outcome), Decimal(amount), "RUB", "1",
        created_at=noon(opened), closed_at=noon(closed),
    )  # fmt: skip


def test_the_worked_example_comes_out(services: Services) -> None:
    now = start_of_day(date(2026, 6, 1), services.zone)
    task = gate.Task("1", "", False, Noun.COMPANY, "1", created_at=noon("2026-05-15"))
    assert f"made on {task.created_at:%Y-%m-%d}" in PAGE.read_text()

    with services.database.transaction() as session:
        new = NewSource(name="example", kind="amocrm", base_url="https://example.invalid")
        source = SourceStore(session).add(new, Access(sealed_token=""), now)
        store = SavingStore(session, source.id)
        store.save(Noun.COMPANY, [gate.Company("1", "ООО «Ромашка»")], now)
        store.save(Noun.DEAL, [deal(*row) for row in table("deal")], now)
        store.save(Noun.TASK, [task], now)
        kam_sync.kpi.step.run(session, now, services.zone)
        points = KpiStore(session).points(own_account(source.id, "1"))
        found = {key: [p.value for p in points if p.kpi == key and p.on in MONTHS] for key in KPIS}

    expected = {key: [Decimal(value) for value in values] for key, *values in table("KPI")}
    assert found == expected
