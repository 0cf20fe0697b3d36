"""How plans stand, by values that a person can check."""

from datetime import date
from decimal import Decimal

import pytest

from kam_sync.kpi.plans import Plan, Values, path, standing
from kam_sync.kpi.workdays import Workdays

RU = Workdays("RU")
TODAY = date(2026, 3, 16)
QUARTER = Plan("won_revenue", date(2026, 1, 1), date(2026, 3, 31), Decimal(600_000), "RUB")
MONTHS = {date(2026, 1, 1): Decimal(100_000), date(2026, 2, 1): Decimal(200_000),
          date(2026, 3, 1): Decimal(60_000)}  # fmt: skip
RUB = Values("RUB", {}, MONTHS)


def test_a_plan_of_months_is_held_against_its_months() -> None:
    said = standing(QUARTER, [RUB], TODAY, RU, adds_up=True)
    assert (said.fact, said.fulfilment) == (360_000, 60)
    assert (said.passed, said.days, said.run_rate) == (44, 55, 450_000)
    assert (said.due, said.ahead) == (80, -20)


def test_a_plan_of_days_is_held_against_its_days() -> None:
    fortnight = Plan("sell_in", date(2026, 3, 9), date(2026, 3, 22), Decimal(100), "RUB")
    days = {date(2026, 3, 8): Decimal(9), date(2026, 3, 9): Decimal(10), TODAY: Decimal(30)}
    said = standing(fortnight, [Values("RUB", days, MONTHS)], TODAY, RU, adds_up=True)
    assert said.fact == 40
    without_days = standing(fortnight, [RUB], TODAY, RU, adds_up=True)
    assert (without_days.fact, without_days.fulfilment, without_days.run_rate) == (None, None, None)


def test_the_path_of_a_plan_follows_the_working_days() -> None:
    asked = path(QUARTER, RU, adds_up=True)
    assert {on.month: round(value) for on, value in asked.items()} == {
        1: 163_636, 2: 207_273, 3: 229_091,
    }  # fmt: skip
    assert sum(asked.values()) == pytest.approx(600_000)
    dso = Plan("dso", date(2026, 1, 15), date(2026, 2, 10), Decimal(45), None)
    assert path(dso, RU, adds_up=False) == {date(2026, 1, 1): 45, date(2026, 2, 1): 45}


def test_what_does_not_add_up_is_held_by_its_newest_value() -> None:
    dso = Plan("dso", date(2026, 1, 1), date(2026, 3, 31), Decimal(45), None)
    known = Values("days", {}, {date(2025, 12, 1): Decimal(70), date(2026, 2, 1): Decimal(60)})
    said = standing(dso, [known], TODAY, RU, adds_up=False)
    assert (said.fact, said.run_rate) == (60, None)
    assert (said.due, said.ahead) == (None, None)


@pytest.mark.parametrize(
    ("currency", "units", "fact"),
    [
        ("RUB", "RUB USD", 360_000),
        (None, "RUB USD", None),
        (None, "RUB", 360_000),
        ("EUR", "RUB", None),
    ],
)
def test_one_currency_is_held_against_a_plan(
    currency: str | None, units: str, fact: int | None
) -> None:
    plan = Plan("won_revenue", QUARTER.starts_on, QUARTER.ends_on, Decimal(600_000), currency)
    measured = [Values(unit, {}, MONTHS) for unit in units.split()]
    assert standing(plan, measured, TODAY, RU, adds_up=True).fact == fact


def test_a_plan_that_has_ended_has_passed_all_its_days() -> None:
    said = standing(QUARTER, [RUB], date(2026, 5, 1), RU, adds_up=True)
    assert said.passed == said.days
    assert said.run_rate == said.fact
