"""KPIs of one's own: what is wrong in a file is named with its line, and ours stay."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kam_sync.kpi import registry
from kam_sync.kpi.proving import prove
from kam_sync.kpi.registry import KPIS, OURS, BadDefinition, read, take_in
from kam_sync.wiring import Services

OWN = """\
key: big_deals
title: {ru: "Крупные сделки", en: "Big deals"}
explanation: {ru: "Сколько их.", en: "How many."}
measure: count
good: up
sql: |
  SELECT account_id, 'count' AS unit, closed_on AS "on", count(*) AS value
  FROM deals
  WHERE outcome = 'won' AND amount >= 1000000
  GROUP BY account_id, closed_on
example:
  today: 2026-03-01
  given:
    deals:
      - {opened_at: 2026-02-01 12:00, closed_at: 2026-02-20 12:00, outcome: won, amount: 2000000}
  values: {2026-01-01: null, 2026-02-01: 1}
  why: {ru: "Одна.", en: "One."}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of KPIs, of which none is left behind."""
    yield tmp_path
    take_in(tmp_path / "nowhere")


def write(folder: Path, text: str = OWN, name: str = "big_deals") -> Path:
    """Put a KPI into the folder."""
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_kpi_of_ones_own_stands_behind_ours_until_its_folder_is_another(folder: Path) -> None:
    write(folder)
    take_in(folder)
    assert list(KPIS) == [*OURS, "big_deals"]
    take_in(folder / "nowhere")
    assert list(KPIS) == list(OURS)


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("measure: count", "measure: counts", "line 4, column 1 (measure)"),
        ("good: up\n", "", "good is missing"),
        ("key: big_deals", "key: Big deals", "line 1, column 1 (key)"),
        ('en: "Big deals"', 'de: "Große"', "line 2, column 1 (title)"),
        ("sql: |", "sqll: |", "did you mean sql"),
        ("key: big_deals", "key: other_deals", "call it other_deals.yaml"),
        ("measure: count", "after: [no_such]\nmeasure: count", "there is no KPI no_such"),
        ("measure: count", "after: [big_deals]\nmeasure: count", "it would read its own values"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_and_ours_stay(
    folder: Path, was: str, now: str, said: str
) -> None:
    write(folder, OWN.replace(was, now))
    with pytest.raises(BadDefinition) as told:
        take_in(folder)
    assert said in str(told.value)
    assert list(KPIS) == list(OURS)


def test_two_that_read_one_another_are_refused(folder: Path) -> None:
    write(folder, OWN.replace("good: up", "good: up\nafter: [small_deals]"))
    other = OWN.replace("big_deals", "small_deals").replace(
        "good: up", "good: up\nafter: [big_deals]"
    )
    write(folder, other, "small_deals")
    with pytest.raises(BadDefinition, match="its own values"):
        take_in(folder)


def test_a_kpi_of_ours_is_not_defined_in_another_way(folder: Path) -> None:
    write(folder, OWN.replace("big_deals", "win_rate"), "win_rate")
    with pytest.raises(BadDefinition, match="there is a KPI win_rate already"):
        take_in(folder)


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("count(*)", "count(*)", None),
        ("FROM deals", "FROM dealz", 'line 8 (sql): relation "dealz" does not exist'),
        ("amount >=", "amounts >=", 'line 9 (sql): column "amounts" does not exist'),
        ("count(*) AS value", "count(*) AS number", "(sql): column"),
        ("2026-02-01: 1}", "2026-02-01: 2}", "example: 2026-02-01 gives 1, and 2 is written"),
        ("2026-01-01: null", "2026-01-01: 0", "gives no value, and 0 is written"),
    ],
)
def test_its_sql_and_its_example_are_tried(
    services: Services, folder: Path, was: str, now: str, said: str | None
) -> None:
    kpi = read(write(folder, OWN.replace(was, now)))
    with services.database.transaction() as session:
        if said is None:
            prove(session, kpi, "big_deals.yaml", services.zone)
        else:
            with pytest.raises(BadDefinition) as told:
                prove(session, kpi, "big_deals.yaml", services.zone)
            assert said in str(told.value)
        session.rollback()


def test_an_unknown_kpi_is_named_with_those_that_there_are() -> None:
    with pytest.raises(registry.NotHere, match="no such KPI; there are: won_revenue"):
        registry.named("nonsense")
