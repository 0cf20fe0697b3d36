"""What holds for whatever series are judged."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kam_sync.drift.grains import DAY, MONTH, WEEK, Grain
from kam_sync.drift.scale import Scale
from kam_sync.drift.shift import Outcome, Shifts, judge

_FEW = settings(max_examples=6, deadline=None)
_SEEDS = st.integers(0, 10_000)


def series(seed: int, rows: int = 6, periods: int = 40) -> Any:
    made = np.random.default_rng(seed)
    values = made.normal(50, 5, (rows, periods))
    values[0, -2:] += made.normal(0, 20)
    values[made.random(values.shape) < 0.05] = np.nan
    values[:, -1] = made.normal(50, 5, rows)
    return values


def scored(values: Any, scale: Scale, groups: Any = None) -> Shifts:
    return judge(values, [scale] * len(values), groups or ["a"] * len(values), MONTH)


@_FEW
@given(_SEEDS, st.floats(0.01, 1e6))
def test_the_currency_changes_no_score(seed: int, rate: float) -> None:
    values = np.abs(series(seed)) + 1
    one, other = scored(values, Scale.LOG), scored(values * rate, Scale.LOG)
    assert other.score == pytest.approx(one.score, rel=1e-6)
    assert other.expected == pytest.approx(one.expected * rate, rel=1e-6)
    assert (other.outcome == one.outcome).all()


@_FEW
@given(_SEEDS, st.floats(0, 1000))
def test_where_zero_lies_changes_no_score_on_a_plain_scale(seed: int, added: float) -> None:
    values = series(seed)
    one, other = scored(values, Scale.PLAIN), scored(values + added, Scale.PLAIN)
    assert other.score == pytest.approx(one.score, rel=1e-5)


@_FEW
@given(_SEEDS)
def test_up_and_down_are_alike(seed: int) -> None:
    values = series(seed)
    up, down = scored(values, Scale.PLAIN), scored(-values, Scale.PLAIN)
    assert up.score == pytest.approx(down.score)
    assert up.size == pytest.approx(-down.size)


@_FEW
@given(_SEEDS, st.randoms())
def test_the_order_of_series_does_not_matter(seed: int, chance: Any) -> None:
    values, names = series(seed, rows=9), ["a", "b", "c"] * 3
    order = list(range(9))
    chance.shuffle(order)
    one = scored(values, Scale.PLAIN, names)
    other = scored(values[order], Scale.PLAIN, [names[row] for row in order])
    for told, again in zip(one, other, strict=True):
        assert told[order] == pytest.approx(again, nan_ok=True)


@_FEW
@given(_SEEDS)
def test_a_group_is_judged_alike_alone_and_among_others(seed: int) -> None:
    values, names = series(seed, rows=9), ["a", "b", "c"] * 3
    whole, alone = scored(values, Scale.PLAIN, names), scored(values[1::3], Scale.PLAIN)
    for told, again in zip(whole, alone, strict=True):
        assert told[1::3] == pytest.approx(again, nan_ok=True)


@settings(max_examples=25, deadline=None)
@given(
    values=arrays.arrays(
        float,
        st.tuples(st.integers(1, 4), st.integers(1, 30)),
        elements=st.one_of(st.just(np.nan), st.just(0.0), st.floats(-1e9, 1e9)),
    ),
    scale=st.sampled_from(list(Scale)),
    grain=st.sampled_from([MONTH, WEEK, DAY]),
)
def test_gaps_zeros_and_odd_values_never_raise(values: Any, scale: Scale, grain: Grain) -> None:
    said = judge(values, [scale] * len(values), ["a"] * len(values), grain)
    points = np.isfinite(values[:, :-1]).sum(axis=1)
    assert ((said.outcome[:, 0] != Outcome.DRIFT) | (points >= 8)).all()
    assert (said.outcome[~np.isfinite(values[:, -1]), 0] == Outcome.MISSING).all()
    sure = np.isin(said.outcome, [Outcome.STEADY, Outcome.DRIFT, Outcome.ANOMALY])
    assert np.isfinite(said.expected[sure]).all()
    assert (said.low[sure] <= said.high[sure]).all()
