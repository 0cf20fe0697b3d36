"""A real pipeline of 7,635 opportunities: nothing is lost, nothing is counted twice."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from connectors import Noun
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.csv_world import CsvWorld
from kam_sync import flow
from kam_sync.accounts.store import AccountStore
from kam_sync.base.clock import stopped_at
from kam_sync.intake.model import Source
from kam_sync.wiring import Services
from tests.fakes.connecting import ask, connect, raw_counts

AS_OF = datetime(2017, 10, 15, 9, 0, tzinfo=UTC)
Won = dict[tuple[str, date], Decimal]


@pytest.fixture
def shop(maven: Path, services: Services) -> Iterator[tuple[Services, Source]]:
    """The pipeline behind a sandbox amoCRM, synced once; accounts are measured as of AS_OF."""
    past = Services(services.settings, services.database, services.cipher, as_of=stopped_at(AS_OF))
    with AmoSandbox(CsvWorld(maven), rate=0) as box:
        source = connect(past, box, "maven")
        flow.sync(past, source.id)
        yield past, source


@pytest.fixture(scope="module")
def opportunities(maven: Path) -> list[dict[str, str]]:
    """The rows of the file, read without any of our code."""
    [path] = maven.glob("sales_pipeline*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def won(opportunities: list[dict[str, str]]) -> Won:
    """What each account bought in each month, straight from the file."""
    found: Won = defaultdict(Decimal)
    for row in opportunities:
        if row["deal_stage"] == "Won":
            month = date.fromisoformat(row["close_date"]).replace(day=1)
            found[row["account"], month] += Decimal(row["close_value"])
    return found


def test_every_opportunity_is_a_deal(
    shop: tuple[Services, Source], opportunities: list[dict[str, str]]
) -> None:
    services, source = shop
    without = sum(not row["account"] for row in opportunities)
    outcomes = Counter(row["deal_stage"] for row in opportunities)
    assert len(opportunities) == raw_counts(services, source)["deal"] == 7_635
    assert without == 1_345
    with services.database.transaction() as session:
        store = AccountStore(session)
        assert (store.counts()["deal"], store.counts()["set_aside"]) == (7_635, 0)
        assert (store.counts()["company"], store.counts()["account"]) == (85, 85)
        assert store.deals_without_account(source.id) == without
    assert dict(ask(services, "SELECT outcome, count(*) FROM deal GROUP BY outcome")) == {
        "won": outcomes["Won"],
        "lost": outcomes["Lost"],
        "open": outcomes["Engaging"] + outcomes["Prospecting"],
    }


@pytest.mark.heavy
def test_won_amounts_by_account_are_those_of_the_file(
    shop: tuple[Services, Source], won: Won
) -> None:
    services, _ = shop
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for (account, _month), amount in won.items():
        expected[account] += amount
    query = (
        "SELECT a.name, sum(d.amount) FROM deal d"
        " JOIN account_link l ON (l.source_id, l.company_external_id)"
        " = (d.source_id, d.company_external_id)"
        " JOIN account a ON a.id = l.account_id WHERE d.outcome = 'won' GROUP BY a.name"
    )
    assert dict(ask(services, query)) == expected
    assert len(expected) == 85


@pytest.mark.heavy
def test_a_second_sync_finds_nothing_new(shop: tuple[Services, Source]) -> None:
    services, source = shop
    again = flow.sync(services, source.id, full=True)
    deals = again.nouns[Noun.DEAL]
    assert (deals.read, deals.created, deals.updated, deals.rejected) == (7_635, 0, 0, 0)


@pytest.mark.heavy
def test_won_revenue_by_account_and_month_is_that_of_the_file(
    shop: tuple[Services, Source], won: Won
) -> None:
    services, _ = shop
    flow.kpi(services)
    query = (
        'SELECT a.name, p."on", p.value, p.unit, p.is_partial FROM point p'
        " JOIN account a ON a.id = p.account_id WHERE p.kpi = 'won_revenue'"
    )
    points = ask(services, query)
    measured = {(name, on): value for name, on, value, _unit, _partial in points if value}
    assert measured == {key: amount for key, amount in won.items() if amount}
    assert {unit for *_, unit, _partial in points} == {"USD"}
    assert {on for _, on, *_, is_partial in points if is_partial} == {date(2017, 10, 1)}
