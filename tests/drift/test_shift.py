"""What is said of series whose story is known."""

from typing import Any

import numpy as np
import pytest

from kam_sync.drift.grains import DAY, MONTH, WEEK, Grain
from kam_sync.drift.scale import Scale
from kam_sync.drift.shift import Outcome, Shifts, judge

_YEAR = 1 + 0.4 * np.sin(np.arange(12) / 12 * 2 * np.pi)


def group(periods: int = 36, rows: int = 10, level: float = 100_000.0, seed: int = 3) -> Any:
    """Accounts of one manager with a common year and a noise of a tenth (rows, periods)."""
    noise = np.random.default_rng(seed).normal(0, 0.1, (rows, periods))
    return level * np.resize(_YEAR, periods) * np.exp(noise)


def money(values: Any, grain: Grain = MONTH, newest: int = 1) -> Shifts:
    return judge(values, [Scale.LOG] * len(values), ["petrov sell_in"] * len(values), grain, newest)


def test_a_fall_is_a_drift_with_its_onset_its_side_and_its_numbers() -> None:
    values = group()
    values[4, -3:] *= 0.5
    said = money(values)
    assert said.outcome[4, 0] == Outcome.DRIFT
    assert said.since[4, 0] == 33
    assert said.size[4, 0] < -4
    assert said.score[4, 0] > said.threshold[4, 0]
    assert said.confidence[4, 0] > 0.99
    assert said.observed[4, 0] == values[4, -1]
    assert said.expected[4, 0] == pytest.approx(2 * values[4, -1], rel=0.3)
    assert said.observed[4, 0] < said.low[4, 0] < said.expected[4, 0] < said.high[4, 0]
    assert (np.delete(said.outcome[:, 0], 4) == Outcome.STEADY).all()


def test_a_rise_is_a_drift_to_the_other_side() -> None:
    values = group()
    values[0, -2:] *= 2
    said = money(values)
    assert said.outcome[0, 0] == Outcome.DRIFT
    assert said.size[0, 0] > 4
    assert said.since[0, 0] == 34


@pytest.mark.parametrize("factor", [0.0, 0.2, 5.0, 1000.0])
def test_a_value_that_stands_alone_is_an_anomaly_and_no_drift(factor: float) -> None:
    values = group()
    values[2, -1] *= factor
    assert money(values).outcome[2, 0] == Outcome.ANOMALY


def test_a_past_outlier_neither_hides_nor_makes_a_drift() -> None:
    values = group()
    values[2, 20] *= 10
    values[3, 30] *= 10
    values[3, -2:] *= 0.5
    said = money(values)
    assert said.outcome[2, 0] == Outcome.STEADY
    assert said.outcome[3, 0] == Outcome.DRIFT


def test_a_year_that_comes_again_is_seldom_a_drift() -> None:
    said = money(group(48, rows=40, seed=5), newest=12)
    assert (said.outcome == Outcome.DRIFT).mean() < 0.04
    assert (said.outcome == Outcome.STEADY).mean() > 0.95


def test_only_the_season_of_the_group_explains_a_low_month_of_a_young_account() -> None:
    values = group(24)
    values[0, :9] = np.nan
    assert money(values, newest=6).outcome[0].tolist() == [Outcome.STEADY] * 6


def test_a_year_of_a_single_account_is_no_season() -> None:
    values = 100 * np.exp(np.random.default_rng(2).normal(0, 0.1, (60, 14)))
    said = judge(values, [Scale.LOG] * 60, np.arange(60), MONTH)
    assert (said.outcome == Outcome.DRIFT).sum() <= 2


def test_a_slow_slide_is_found_too() -> None:
    values = group(130, rows=10)
    values[1, -8:] *= np.linspace(0.9, 0.4, 8)
    assert money(values, WEEK).outcome[1, 0] == Outcome.DRIFT


def test_a_fall_by_days_is_found_within_a_week() -> None:
    week = np.array([1.0, 1.1, 1.1, 1.0, 1.2, 0.3, 0.2])
    values = group(200) / np.resize(_YEAR, 200) * np.resize(week, 200)
    values[7, -5:] *= 0.7
    said = money(values, DAY)
    assert said.outcome[7, 0] == Outcome.DRIFT
    assert said.since[7, 0] == 195
    assert (np.delete(said.outcome[:, 0], 7) == Outcome.STEADY).all()


def test_below_eight_points_nothing_is_said_and_below_twelve_the_bar_is_higher() -> None:
    values = group(30)
    values[0, :-8] = np.nan
    values[1, :-9] = np.nan
    values[2, :-13] = np.nan
    said = money(values)
    assert said.outcome[0, 0] == Outcome.TOO_LITTLE_HISTORY
    assert np.isnan(said.expected[0, 0])
    assert said.since[0, 0] == -1
    assert said.outcome[1, 0] == Outcome.STEADY
    assert said.threshold[1, 0] == said.threshold[2, 0] + 0.5


def test_a_missing_value_is_told_and_does_not_end_the_series() -> None:
    values = group()
    values[3, -1] = np.nan
    values[4, -5:-1] = np.nan
    said = money(values)
    assert said.outcome[3, 0] == Outcome.MISSING
    assert np.isnan(said.score[3, 0])
    assert said.outcome[4, 0] == Outcome.STEADY


def test_a_running_period_that_is_left_out_changes_nothing() -> None:
    values = group()
    half = np.column_stack([values, values[:, -1] / 3])
    assert money(values).score == pytest.approx(money(half[:, :-1]).score)


@pytest.mark.parametrize("scale", list(Scale))
def test_series_of_zeros_and_constant_ones_are_steady(scale: Scale) -> None:
    values = np.vstack([np.zeros(36), np.full(36, 0.5), np.full(36, 0.25), np.full(36, np.nan)])
    said = judge(values, [scale] * 4, ["a", "a", "b", "b"], MONTH)
    assert said.outcome[:, 0].tolist() == [*[Outcome.STEADY] * 3, Outcome.MISSING]
    assert said.expected[1:3, 0] == pytest.approx([0.5, 0.25])


def test_a_constant_series_that_changes_for_good_is_a_drift() -> None:
    values = np.full((3, 36), 40.0)
    values[0, -2:] = 20.0
    said = judge(values, [Scale.PLAIN] * 3, ["a"] * 3, MONTH)
    assert said.outcome[:, 0].tolist() == [Outcome.DRIFT, Outcome.STEADY, Outcome.STEADY]


def test_of_no_series_nothing_is_said() -> None:
    assert money(group()[:0], newest=2).score.shape == (0, 2)


def test_what_does_not_fit_together_is_refused() -> None:
    with pytest.raises(ValueError, match="as many scales and groups as rows"):
        judge(group(rows=2), [Scale.LOG], ["a", "a"], MONTH)
    with pytest.raises(ValueError, match="0 newest of 36"):
        money(group(), newest=0)
