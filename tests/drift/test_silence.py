"""A client is silent when it waits longer than its own rhythm lets expect."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kam_sync.drift.silence import silence

RNG = np.random.default_rng(7)


def _house(clients: int, gaps: int, scatter: float = 0.4) -> tuple[np.ndarray, np.ndarray]:
    """Gaps of clients whose paces differ fourfold, and one gap more of each."""
    pace = np.exp(RNG.normal(np.log(12), 0.7, clients))
    drawn = pace[:, None] * np.exp(RNG.normal(0, scatter, (clients, gaps + 1)))
    drawn = np.maximum(np.round(drawn), 1)
    return drawn[:, :-1], drawn[:, -1]


@pytest.mark.parametrize("gaps", [2, 4, 12])
def test_of_usual_gaps_about_one_in_a_hundred_is_called_a_silence(gaps: int) -> None:
    before, following = _house(20_000, gaps)
    share = (silence(before, following).chance < 0.01).mean()
    assert 0.002 < share < 0.02


def test_a_slow_client_may_wait_longer_than_a_quick_one() -> None:
    quick, slow = [5.0] * 10, [60.0] * 10
    house, _ = _house(200, 10)
    said = silence(np.vstack([house, quick, slow]), np.full(202, 40.0))
    assert said.chance[-2] < 0.001
    assert said.chance[-1] > 0.5
    assert said.late_from[-2] < 20
    assert said.late_from[-1] > 100


def test_who_has_ordered_seldom_is_judged_with_less_confidence() -> None:
    house, _ = _house(200, 10)
    few = np.full(10, np.nan)
    few[:2] = 10.0
    said = silence(np.vstack([house, few, [10.0] * 10]), np.full(202, 35.0))
    assert said.chance[-2] > said.chance[-1]
    once = np.full(10, np.nan)
    once[0] = 10.0
    assert np.isnan(silence(np.vstack([house, once]), np.full(201, 99.0)).chance[-1])


def test_of_a_house_that_has_hardly_sold_nothing_is_said() -> None:
    assert np.isnan(silence(np.array([[5.0, 6.0, 7.0]]), np.array([500.0])).chance).all()


@settings(max_examples=50, deadline=None)
@given(waits=st.lists(st.integers(0, 2_000), min_size=2, max_size=8))
def test_the_longer_the_wait_the_less_likely(waits: list[int]) -> None:
    house, _ = _house(40, 6)
    chances = [silence(house, np.full(40, float(wait))).chance[0] for wait in sorted(waits)]
    assert all(one >= other for one, other in itertools.pairwise(chances))


def test_clients_do_not_mind_their_order() -> None:
    house, following = _house(60, 5)
    turn = RNG.permutation(60)
    np.testing.assert_allclose(
        silence(house, following).chance[turn], silence(house[turn], following[turn]).chance
    )
