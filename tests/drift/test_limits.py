"""Limits, paths to plans and scissors: what is past, what is near again, what says nothing."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from kam_sync.drift import limits, paths, scissors
from kam_sync.drift.model import Judgement, Kind, Verdict, Why
from kam_sync.drift.rule import Rule
from kam_sync.kpi.model import Series
from kam_sync.kpi.periods import shift
from kam_sync.kpi.plans import Plan, Standing

NEWEST = date(2026, 10, 1)
TITLE = {"ru": "Правило", "en": "Rule"}
ENDS = Rule(key="ends", title=TITLE, kind=Kind.LIMIT, kpi="contract_days_left", below=90)
DEBT = Rule(key="debt", title=TITLE, kind=Kind.LIMIT, kpi="overdue_over_90", above=10_000)


def series(*values: float, running: float | None = None, unit: str = "RUB") -> Series:
    ons = tuple(shift(NEWEST, back) for back in range(1 - len(values), 1))
    now = None if running is None else (shift(NEWEST, 1), running)
    return Series(UUID(int=1), "kpi", unit, ons, values, now)


@pytest.mark.parametrize(
    ("rule", "one", "verdict", "gap", "since"),
    [
        (ENDS, series(150, 120, running=85), Verdict.DRIFT, -1.06, date(2026, 11, 1)),
        (ENDS, series(120, 80, running=45), Verdict.DRIFT, -1.5, date(2026, 10, 1)),
        (ENDS, series(150, 120, running=95), Verdict.EASED, -0.94, None),
        (ENDS, series(150, 120, running=100), Verdict.STEADY, -0.89, None),
        (ENDS, series(400), Verdict.STEADY, 0.0, None),
        (DEBT, series(0, 12_000, 30_000, running=25_000), Verdict.DRIFT, 2.5, date(2026, 9, 1)),
        (DEBT, series(30_000, 0, running=9_500), Verdict.EASED, 0.95, None),
    ],
)
def test_what_runs_is_held_against_the_limit(
    rule: Rule, one: Series, verdict: Verdict, gap: float, since: date | None
) -> None:
    said = limits.judge(one, rule, NEWEST)
    assert said is not None
    assert (said.verdict, said.gap, said.since) == (verdict, pytest.approx(gap, abs=0.01), since)


def test_what_has_no_value_any_more_is_past_no_limit() -> None:
    over = Series(UUID(int=1), "kpi", "days", (shift(NEWEST, -1),), (5.0,))
    assert limits.judge(over, ENDS, NEWEST) is None


PLAN = Rule(key="plan", title=TITLE, kind=Kind.PLAN, kpi="won_revenue", below=90)


def pace(fact: int, passed: int) -> Judgement | None:
    """A plan of 8 million for 60 working days."""
    plan = Plan("won_revenue", date(2026, 10, 1), date(2026, 12, 31), Decimal(8_000_000), "RUB")
    standing = Standing(plan, "RUB", Decimal(fact), passed, 60, adds_up=True)
    return paths.judge(standing, PLAN)


def test_a_plan_is_off_its_path_when_its_pace_leads_below() -> None:
    off = pace(3_000_000, 30)
    assert off is not None
    assert (off.verdict, off.observed, off.expected) == (Verdict.DRIFT, 6_000_000, 8_000_000)
    assert (off.gap, off.on, off.since) == (-2.5, date(2026, 12, 31), date(2026, 10, 1))
    nearly, well = pace(3_700_000, 30), pace(3_900_000, 30)
    assert nearly is not None
    assert well is not None
    assert (nearly.verdict, well.verdict) == (Verdict.EASED, Verdict.STEADY)


def test_the_first_days_of_a_plan_say_nothing() -> None:
    assert pace(0, 14) is None
    assert pace(0, 15) is not None


def apart(sold: float, owed: float, *, months: int = 18) -> Judgement:
    """Steady months of 120 sold for 100 sold on; then three of `sold`, and `owed` of debt."""
    one = series(*[120.0] * (months - 3), *[sold] * 3)
    other, third = series(*[100.0] * months), series(*[10.0] * (months - 1), owed)
    return scissors.judge(one, other, third, NEWEST)


def test_scissors_open_when_more_is_sold_than_sold_on_and_the_debt_grows() -> None:
    open_ = apart(180.0, 15.0)
    assert (open_.verdict, open_.since) == (Verdict.DRIFT, date(2026, 8, 1))
    assert (open_.observed, open_.expected) == (540.0, pytest.approx(360.0))
    assert apart(180.0, 10.0).verdict is Verdict.EASED  # a promotion, and the debt is as ever
    assert apart(125.0, 15.0).verdict is Verdict.STEADY


def test_scissors_need_a_year_of_all_three() -> None:
    assert apart(180.0, 15.0, months=11).why is Why.TOO_LITTLE_HISTORY
    one = series(*[120.0] * 18)
    assert scissors.judge(one, None, one, NEWEST).why is Why.TOO_LITTLE_HISTORY
    none_sold = series(*[0.0] * 18)
    assert scissors.judge(one, none_sold, one, NEWEST).why is Why.STALE
