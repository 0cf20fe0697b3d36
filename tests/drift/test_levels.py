"""The newest periods of a KPI: what is said of them, and how a drift that was found goes on."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from kam_sync.drift import levels
from kam_sync.drift.model import Finding, Judgement, Verdict, Why
from kam_sync.kpi.model import Series
from kam_sync.kpi.periods import shift
from kam_sync.kpi.registry import KPIS
from tests.fakes.rules import rule_of

FIRST, NEWEST = date(2024, 1, 1), date(2026, 10, 1)
MONTHS = 34


def series(*values: float, number: int = 1, kpi: str = "won_revenue", unit: str = "RUB") -> Series:
    """Months that end with the newest."""
    ons = tuple(shift(NEWEST, back) for back in range(1 - len(values), 1))
    return Series(UUID(int=number), kpi, unit, ons, values)


def steady() -> list[float]:
    """As many months as there are, a little restless about a hundred."""
    return [100.0 + (0, 3, -4, 2, -1)[month % 5] for month in range(MONTHS)]


def judged(*rows: Series, before: Finding | None = None) -> Judgement:
    """What is said of the first row."""
    kpi = rows[0].kpi
    asked = levels.table(rows, KPIS[kpi], ["Анна"] * len(rows), rule_of(kpi).grain, NEWEST)
    return levels.found(asked, rule_of(kpi), [before, *[None] * (len(rows) - 1)])[0]


def found(since: date, gap: float = -5.0) -> Finding:
    """What was said before."""
    return Finding(
        account_id=UUID(int=1), rule="won_revenue", kpi="won_revenue", unit="RUB",
        verdict=Verdict.DRIFT, why=Why.OUTSIDE_BAND, gap=gap, since=since, observed=50.0,
        expected=100.0, changed_at=datetime(2026, 10, 1, tzinfo=UTC),
    )  # fmt: skip


def test_two_months_below_are_a_drift_and_one_is_an_anomaly() -> None:
    usual = steady()
    two = judged(series(*usual[:-2], 50.0, 52.0))
    assert (two.verdict, two.why) == (Verdict.DRIFT, Why.OUTSIDE_BAND)
    assert two.since in {date(2026, 8, 1), date(2026, 9, 1)}
    assert judged(series(*usual[:-3], 101.0, 99.0, 50.0)).why is Why.ANOMALY
    assert judged(series(*usual)).why is Why.INSIDE_BAND


def test_a_drift_that_stays_keeps_its_onset_and_what_had_been_without_it() -> None:
    fallen = series(*steady()[:-5], 50.0, 52.0, 51.0, 49.0, 50.0)
    on = judged(fallen, before=found(date(2026, 6, 1)))
    assert (on.verdict, on.since) == (Verdict.DRIFT, date(2026, 6, 1))
    assert on.expected == pytest.approx(100, rel=0.1)


def test_a_drift_is_over_when_the_last_values_are_back_and_not_by_one() -> None:
    usual = steady()
    one = judged(series(*usual[:-4], 50.0, 52.0, 51.0, usual[-1]), before=found(date(2026, 7, 1)))
    assert one.verdict is Verdict.DRIFT
    both = judged(series(*usual[:-4], 50.0, 52.0, *usual[-2:]), before=found(date(2026, 7, 1)))
    assert (both.verdict, both.why) == (Verdict.STEADY, Why.INSIDE_BAND)


def test_what_has_stayed_for_half_a_year_is_the_usual() -> None:
    fallen = series(*steady()[:-7], *[50.0, 52.0, 51.0, 49.0, 50.0, 51.0, 50.0])
    assert judged(fallen, before=found(date(2026, 4, 1))).why is Why.NOW_USUAL


def test_months_before_the_first_order_and_short_histories_say_nothing() -> None:
    young = series(*[0.0] * 20, *steady()[:7])
    assert judged(young).why is Why.TOO_LITTLE_HISTORY
    late = Series(UUID(int=1), "won_revenue", "RUB", (shift(NEWEST, -1),), (100.0,))
    assert judged(late).why is Why.STALE


def test_no_share_above_all_is_expected() -> None:
    rates = series(*[100.0, 95.0, 100.0, 98.0] * 8, 40.0, 35.0, kpi="win_rate", unit="percent")
    said = judged(rates)
    assert said.verdict is Verdict.DRIFT
    assert said.expected is not None
    assert said.high is not None
    assert said.expected <= 100
    assert said.high <= 100


def test_a_value_that_is_as_ever_begins_no_drift() -> None:
    usual = steady()
    said = judged(series(*usual[:-2], 10.0, 112.0))
    assert said.verdict is Verdict.STEADY
