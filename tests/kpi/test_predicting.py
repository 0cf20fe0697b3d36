"""What accounts will buy: published figures, what holds for any, and when nothing is said."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import value_quality
from kam_sync.kpi import buying, predicting, spending
from kam_sync.kpi.buying import Buying, History
from kam_sync.kpi.model import Unforeseen
from kam_sync.kpi.predicting import Fit, Orders, Predicted
from kam_sync.kpi.spending import Spending
from tests.conftest import SHARED_DATA

PUBLISHED = Buying(0.243, 4.414, 0.793, 2.426)
FIT = Fit(Buying(0.8, 60, 0.25, 12), Spending(2.7, 3.2, 350), 0.9, 0.85)


def shared(name: str) -> Path:
    """A data set beside this checkout, or a skip."""
    path = SHARED_DATA / name
    if not path.is_file():
        pytest.skip(f"the data set shared/data/{name} is not beside this checkout")
    return path


def made_up(count: int, age: int = 700) -> list[Orders]:
    """Accounts of which each has ordered at its own rhythm until today."""
    return [
        Orders(1 + number % 9, age - number % 30 - 1, age, 500.0 + 90 * number, 300.0)
        for number in range(count)
    ]


def test_the_parameters_of_cdnow_are_the_published_ones() -> None:
    found = value_quality.cdnow(shared("cdnow/transactions.csv.gz"))
    expected = pytest.approx(value_quality.PUBLISHED, rel=0.005)
    assert {name: found[name] for name in value_quality.PUBLISHED} == expected


def test_next_years_value_is_nearer_than_last_years_and_four_of_five_lie_within() -> None:
    found = value_quality.online_retail(shared("online_retail/orders.csv.gz"))
    said, plain = found["predicted"], found["last_year"]
    assert said["nae"] < min(0.70, plain["nae"])
    assert said["rho"] > max(0.62, plain["rho"])
    assert abs(said["bias"]) < 0.15
    assert 0.75 < found["covered"] < 0.85


def test_the_worked_customer_of_the_paper_is_expected_to_buy_as_it_says() -> None:
    seen = History(2, 30.43, 38.86)
    assert PUBLISHED.expected(seen, 39) == pytest.approx(1.226, abs=0.001)


def test_the_same_parameters_come_out_of_months_as_of_days() -> None:
    draw = np.random.default_rng(4)
    repeats = draw.poisson(draw.gamma(1.5, 2.0, 400)).astype(float)
    age = np.full(400, 360.0)
    last = np.where(repeats > 0, draw.uniform(100, 359, 400), 0.0)
    days = buying.fit(History(repeats, last, age))
    months = buying.fit(History(repeats, last / 30, age / 30))
    assert (days.r, days.alpha) == pytest.approx((months.r, months.alpha * 30), rel=0.01)


def test_the_mean_amount_lies_between_that_of_all_and_ones_own() -> None:
    much = Spending(6.25, 3.74, 15.44)
    of_all = much.p * much.gamma / (much.q - 1)
    assert of_all < much.expected(1, 80.0) < much.expected(9, 80.0) < 80


MODELS = st.builds(
    Buying, st.floats(0.1, 5), st.floats(5, 300), st.floats(0.01, 5), st.floats(0.05, 300)
)


@settings(max_examples=40, deadline=None)
@given(
    model=MODELS,
    repeats=st.integers(0, 2_000),
    share=st.floats(0.01, 1),
    age=st.integers(1, 3_000),
)
def test_more_is_expected_of_a_longer_time_and_never_more_than_if_nobody_stopped(
    model: Buying, repeats: int, share: float, age: int
) -> None:
    seen = History(repeats, share * age if repeats else 0, age)
    half, whole = (float(model.expected(seen, ahead)) for ahead in (180, 365))
    assert 0 <= half <= whole * (1 + 1e-6)
    assert whole <= (model.r + repeats) / (model.alpha + age) * 365 * (1 + 1e-6)
    assert 0 <= float(model.alive(seen)) <= 1


def test_who_has_been_quiet_for_long_is_less_likely_to_buy_again() -> None:
    alive = FIT.buying.alive(History(np.array([8.0, 8.0]), np.array([690.0, 200.0]), 700.0))
    assert alive[0] > 0.9 > alive[1]


def test_an_account_has_the_same_forecast_in_any_company() -> None:
    accounts = made_up(12)
    together = predicting.forecasts(FIT, accounts)
    assert together == [predicting.forecasts(FIT, [one])[0] for one in accounts]
    for one in together:
        assert isinstance(one, Predicted)
        assert 0 <= one.low <= one.value <= one.high


def test_too_short_a_history_is_said_and_not_guessed() -> None:
    assert predicting.fit(made_up(49)) == Unforeseen.FEW_ACCOUNTS
    assert predicting.fit(made_up(60, age=181)) == Unforeseen.SHORT_HISTORY
    assert isinstance(predicting.fit(made_up(60)), Fit)
    once = Orders(0, 0, 300, 1000.0, 1000.0)
    first, second = predicting.forecasts(FIT, [once, made_up(1)[0]])
    assert first == Unforeseen.FEW_ORDERS
    assert isinstance(second, Predicted)


@pytest.mark.parametrize(
    "alike",
    [
        pytest.param(Orders(3, 200, 365, 4_000.0, 4_000.0), id="each orders the same"),
        pytest.param(Orders(51, 357, 364, 5_200.0, 5_200.0), id="each week for the same price"),
        pytest.param(Orders(998, 998, 999, 1e12, 1e11), id="each day, very much"),
        pytest.param(Orders(4, 30, 3_000, 0.05, 0.0), id="nothing for years, and little before"),
    ],
)
def test_customers_that_are_all_alike_are_predicted_too(alike: Orders) -> None:
    fitted = predicting.fit([alike] * 60)
    assert isinstance(fitted, Fit)
    [said] = predicting.forecasts(fitted, [alike])
    assert isinstance(said, Predicted)
    assert 0 <= said.low <= said.value <= said.high < 2 * alike.total
    assert said.orders < 1.2 * 365 * (alike.repeats + 1) / alike.age


def test_what_was_learned_is_the_same_when_it_is_read_again() -> None:
    assert Fit.of_numbers(FIT.numbers()) == FIT


def test_a_short_history_is_not_believed_that_nobody_leaves() -> None:
    short, long = (predicting.fit(made_up(60, age=age)) for age in (200, 2_000))
    assert isinstance(short, Fit)
    assert isinstance(long, Fit)
    assert short.fall < long.fall <= 1


def test_nothing_to_fit_is_an_error() -> None:
    with pytest.raises(ValueError, match="nobody has ordered twice"):
        buying.fit(History(np.zeros(3), np.zeros(3), np.full(3, 9.0)))
    with pytest.raises(ValueError, match="nobody has spent"):
        spending.fit(np.array([]), np.array([]))
