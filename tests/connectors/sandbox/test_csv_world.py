"""The CRM Sales Opportunities files come through the sandbox without losing a row or a dollar."""

import csv
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.csv_world import BadFolder, CsvWorld
from connectors.sandbox.entities import WON

HEAD = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
LINES = (
    "A1,Ann Lee,Box,Acme,Won,2020-01-02,2020-02-03,120.0\n"
    "A2,Bob Ray,Box,,Engaging,2020-02-01,,\n"
    "A3,Bob Ray,Box,Acme,Prospecting,,,\n"
)


def _folder(path: Path, lines: str = LINES) -> Path:
    (path / "accounts.csv").write_text("account,sector\nAcme,retail\nBolt,retail\n")
    (path / "sales_teams.csv").write_text("sales_agent,manager\nAnn Lee,Z\nBob Ray,Z\n")
    (path / "products.csv").write_text("product,series\nBox,B\n")
    (path / "sales_pipeline_to_2020.csv").write_text(HEAD + lines)
    return path


def test_rows_become_deals_in_their_order(tmp_path: Path) -> None:
    won, engaged, prospect = CsvWorld(_folder(tmp_path)).deals()
    assert (won.name, won.price, won.stage) == ("Box A1", 120, WON)
    assert won.closed_at
    assert (won.created_at.isoformat(), won.closed_at.isoformat()) == (
        "2020-01-02T12:00:00+00:00",
        "2020-02-03T12:00:00+00:00",
    )
    assert (engaged.company, engaged.price, engaged.closed_at) == (None, None, None)
    assert prospect.created_at.date() == date(2020, 2, 3)
    assert [won.number, engaged.number, prospect.number] == [5_000_001, 5_000_002, 5_000_003]


def test_its_today_is_the_day_after_the_last_date(tmp_path: Path) -> None:
    assert CsvWorld(_folder(tmp_path)).today == date(2020, 2, 4)


@pytest.mark.parametrize("name", ["accounts.csv", "sales_pipeline_to_2020.csv", "products.csv"])
def test_a_missing_file_is_named_in_one_line(tmp_path: Path, name: str) -> None:
    (_folder(tmp_path) / name).unlink()
    with pytest.raises(BadFolder, match=r"no (accounts|sales_pipeline\*|products)\.csv there"):
        CsvWorld(tmp_path)


def test_a_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    (_folder(tmp_path) / "sales_teams.csv").write_text("agent\nAnn\n")
    with pytest.raises(BadFolder, match="no column sales_agent"):
        CsvWorld(tmp_path)


def test_cents_are_refused_rather_than_rounded(tmp_path: Path) -> None:
    world = CsvWorld(_folder(tmp_path, LINES.replace("120.0", "120.5")))
    with pytest.raises(BadFolder, match=r"opportunity A1.*not a whole number"):
        list(world.deals())


def test_an_unknown_account_is_an_error_not_a_deal_of_nobody(tmp_path: Path) -> None:
    world = CsvWorld(_folder(tmp_path, LINES.replace("Acme", "Nemo")))
    with pytest.raises(BadFolder, match="Nemo"):
        list(world.deals())


def test_every_row_and_dollar_of_the_public_data_is_served(
    maven: Path, open_box: Any, walk: Callable[..., list[dict[str, Any]]]
) -> None:
    path = next(maven.glob("sales_pipeline_*.csv"))
    with path.open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    leads = walk(open_box(CsvWorld(maven)), "leads")
    assert len(leads) == len(lines) == 7_635
    assert sum(lead["price"] or 0 for lead in leads) == sum(
        float(line["close_value"] or 0) for line in lines
    )
    assert Counter(lead["price"] is None for lead in leads)[True] == sum(
        not line["close_value"] for line in lines
    )
    stages = Counter(lead["status_id"] for lead in leads)
    expected = Counter(line["deal_stage"] for line in lines)
    assert (stages[142], stages[143]) == (expected["Won"], expected["Lost"])
    without = [lead for lead in leads if not lead["_embedded"]["companies"]]
    assert len(without) == sum(not line["account"] for line in lines)


def test_accounts_and_agents_of_the_public_data_are_companies_and_users(
    maven: Path, open_box: Any
) -> None:
    world = CsvWorld(maven)
    box = open_box(world)
    counts = {noun: box.count(noun) for noun in ("companies", "users", "contacts", "tasks")}
    assert counts == {"companies": 85, "users": 35, "contacts": 0, "tasks": 0}
    assert world.today == date(2017, 10, 1)
