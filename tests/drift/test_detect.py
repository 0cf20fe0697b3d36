"""What the level detector says, in numbers that can be checked by hand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_sync.drift.detect import Baseline, detect
from kam_sync.drift.model import Judgement, Verdict, Why
from kam_sync.kpi.periods import shift

NEWEST = date(2026, 10, 1)
MONEY = Baseline(floor=1.0)


def judge(values: list[float], baseline: Baseline = MONEY, newest: date = NEWEST) -> Judgement:
    months = [shift(NEWEST, -back) for back in range(len(values) - 1, -1, -1)]
    return detect(months, values, baseline, newest)


def test_a_collapse_is_a_drift_with_its_onset_and_its_numbers() -> None:
    found = judge([100.0] * 20 + [30.0] * 3)
    assert found.verdict is Verdict.DRIFT
    assert found.why is Why.OUTSIDE_BAND
    assert (found.expected, found.observed) == (100.0, 30.0)
    assert found.gap == pytest.approx(-70 / 15)  # the width is 15 % of what is expected
    assert (found.low, found.high) == (55.0, 145.0)
    assert found.since == date(2026, 8, 1)


def test_a_rise_is_a_drift_to_the_other_side() -> None:
    found = judge([100.0] * 20 + [200.0] * 3)
    assert found.verdict is Verdict.DRIFT
    assert found.gap is not None
    assert found.gap > 0


def test_a_single_odd_month_is_no_drift() -> None:
    assert judge([100.0] * 20 + [100.0, 100.0, 0.0]).verdict is Verdict.STEADY
    assert judge([100.0] * 20 + [1000.0, 100.0, 99.0]).verdict is Verdict.STEADY


def test_a_lumpy_account_is_given_more_room_than_a_steady_one() -> None:
    lumpy = [100.0, 20.0, 180.0, 60.0, 140.0, 10.0, 190.0, 90.0] * 3
    assert judge([*lumpy, 55.0, 60.0, 50.0]).verdict is Verdict.STEADY
    assert judge([100.0] * 24 + [55.0, 50.0, 50.0]).verdict is Verdict.DRIFT


def test_fifteen_months_are_needed_for_a_verdict() -> None:
    assert judge([100.0] * 14).why is Why.TOO_LITTLE_HISTORY
    assert judge([100.0] * 15).why is Why.INSIDE_BAND


def test_what_lies_before_a_gap_is_another_story() -> None:
    months = [shift(NEWEST, -back) for back in (*range(40, 18, -1), 2, 1, 0)]
    values = [100.0] * 22 + [10.0] * 3
    assert detect(months, values, MONEY, NEWEST).why is Why.TOO_LITTLE_HISTORY


def test_old_data_is_stale_and_not_steady() -> None:
    assert judge([100.0] * 20, newest=date(2026, 11, 1)).why is Why.STALE
    assert judge([]).why is Why.STALE


def test_months_before_the_last_27_are_not_looked_at() -> None:
    assert judge([9000.0] * 10 + [100.0] * 27).verdict is Verdict.STEADY


@given(
    st.lists(st.floats(0, 1e9), min_size=15, max_size=40),
    st.floats(0.001, 1000),
)
def test_the_unit_of_money_does_not_matter(values: list[float], scale: float) -> None:
    plain = judge(values, Baseline(floor=1.0, relative_floor=0.5))
    scaled = judge([v * scale for v in values], Baseline(floor=scale, relative_floor=0.5))
    if plain.gap is None or abs(abs(plain.gap) - 3.0) > 1e-6:
        assert scaled.verdict is plain.verdict


def test_a_band_without_a_width_is_refused() -> None:
    with pytest.raises(ValueError, match="width"):
        Baseline(floor=0.0)


@given(st.lists(st.floats(-1e6, 1e6), min_size=0, max_size=40))
def test_every_series_gets_an_answer_with_a_reason(values: list[float]) -> None:
    found = judge(values)
    assert (found.since is not None) == (found.verdict is Verdict.DRIFT)
    assert (found.gap is None) == (found.verdict is Verdict.UNCLEAR)
