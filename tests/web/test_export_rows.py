"""Every table that can be had as a file has the rows of its page in it."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from uuid import UUID

import pytest

import connectors as gate
from connectors import Happening, Noun
from kam_sync.accounts.match import own_account
from kam_sync.web.pages.exporting.registry import EXPORTS
from tests.web.conftest import TestClient
from tests.web.world import WHEN, World, won_deal

_BILL = {"payer_noun": Noun.COMPANY, "payer_external_id": "1"}
_PAID = gate.Payment(
    external_id="p1", company_external_id="1", paid_on=date(2026, 10, 1), currency="RUB",
    amount=Decimal(40_000), invoice_external_id="i1",
)  # fmt: skip


@pytest.fixture
def account(world: World) -> UUID:
    """An account of which each table has a row."""
    source = world.add_source()
    world.save(source, Noun.USER, gate.User("7", "Анна Смирнова"))
    world.save(source, Noun.COMPANY, gate.Company("1", "Вега", owner_external_id="7"))
    world.save(source, Noun.COMPANY, gate.Company("2", "Вега Юг", owner_external_id="7"))
    usual = [2_900_000 + 100_000 * (month % 3 - 1) for month in range(21)]
    world.add_months(source, "1", *usual, 1_200_000, 1_200_000, 1_200_000)
    world.save(
        source, Noun.INVOICE,
        gate.Invoice("i1", "Счёт 1", "issued", Decimal(50_000), "RUB", number="17", **_BILL),
    )  # fmt: skip
    world.save(source, Noun.PAYMENT, _PAID)
    world.save(source, Noun.PAYMENT, replace(_PAID, amount=Decimal(45_000)))
    world.save(source, Noun.TASK, gate.Task("t1", "Позвонить", False, Noun.COMPANY, "1", "7"))
    world.save(
        source, Noun.NOTE,
        gate.Activity("n1", Happening.NOTE, "common", WHEN, Noun.COMPANY, "1", "7", text="Ждут"),
    )  # fmt: skip
    world.add_run(source)
    world.measure()
    late = won_deal("late", "1", 7, WHEN - timedelta(days=60))
    world.save(source, Noun.DEAL, late)
    world.measure()
    return own_account(source, "1")


def rows(client: TestClient, table: str, **asked: object) -> list[dict[str, str]]:
    """The rows of a table, for programs."""
    answer = client.get(f"/export/{table}.csv", params={"plain": 1, "lang": "en", **asked})
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(StringIO(answer.text, newline="")))


IN_FILES = (
    ("invoices", "number", "17"),
    ("tasks", "text", "Позвонить"),
    ("timeline", "text", "Ждут"),
    ("facts", "rows", "1"),
    ("figures", "kpi", "won_revenue"),
    ("restatements", "kpi", "won_revenue"),
    ("corrections", "was", "RUB\N{NO-BREAK SPACE}40,000.00"),
    ("portfolio", "name", "Вега"),
    ("rules", "key", "won_revenue"),
    ("backtest", "account", "Вега"),
    ("sources", "read", "1234"),
    ("lineage", "external_id", "late"),
)


def test_a_row_of_each_page_is_in_its_file(client: TestClient, account: UUID) -> None:
    asked = {"account": account, "rule": "won_revenue", "kpi": "won_revenue", "on": "2026-09-01"}
    for table, key, is_there in IN_FILES:
        fields = EXPORTS[table].filter.model_fields
        found = rows(client, table, **{name: one for name, one in asked.items() if name in fields})
        assert is_there in {row[key] for row in found}, (table, found[:3])


def test_deals_come_in_the_order_of_the_page(client: TestClient, account: UUID) -> None:
    newest, largest = (
        [row["external_id"] for row in rows(client, "deals", account=account, sort=sort)]
        for sort in ("newest", "amount")
    )
    assert (newest[0], largest[-1], len(newest)) == ("1-23", "late", 25)
    assert sorted(newest) == sorted(largest)
    page = client.get(f"/accounts/{account}/deals?sort=amount").text
    assert f"deals.csv?account={account}&amp;sort=amount" in page
    wrong = {"account": account, "pipeline": "nonsense"}
    assert client.get("/export/deals.csv", params=wrong).status_code == 422


def test_what_people_decided_is_in_the_file(client: TestClient, account: UUID) -> None:
    other = own_account(1, "2")
    client.post("/api/v1/matches/merge", json={"accounts": [str(account), str(other)]})
    [decided] = rows(client, "decisions")
    assert decided["by"] == "by the API"
    assert "Вега Юг (sales)" in {decided["one"], decided["other"]}
