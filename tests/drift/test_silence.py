"""A client is silent when it waits longer than its own rhythm lets expect."""

import csv
import gzip
import itertools
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kam_sync.drift import silence as drift
from kam_sync.drift.silence import Mended, mend
from kam_sync.kpi.workdays import Workdays
from tests.conftest import data_set

RNG = np.random.default_rng(7)
silence = partial(drift.silence, level=0.01)


def _house(clients: int, gaps: int, scatter: float = 0.4) -> tuple[np.ndarray, np.ndarray]:
    """Gaps of clients whose paces differ fourfold, and one gap more of each."""
    pace = np.exp(RNG.normal(np.log(12), 0.7, clients))
    drawn = pace[:, None] * np.exp(RNG.normal(0, scatter, (clients, gaps + 1)))
    drawn = np.maximum(np.round(drawn), 1)
    return drawn[:, :-1], drawn[:, -1]


def _rows(gaps: Sequence[np.ndarray], width: int = 12) -> np.ndarray:
    """The latest gaps of each, the newest last."""
    rows = np.full((len(gaps), width), np.nan)
    for row, own in zip(rows, gaps, strict=True):
        latest = own[-width:]
        row[width - len(latest) :] = latest
    return rows


@pytest.fixture(scope="module")
def wholesaler() -> list[np.ndarray]:
    """The gaps of each client of a real wholesaler, in working days."""
    days: dict[str, set[date]] = defaultdict(set)
    with gzip.open(data_set("online_retail") / "orders.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            if float(row["gross_amount"]) > 0:
                days[row["customer_id"]].add(date.fromisoformat(row["ts"][:10]))
    everything = set().union(*days.values())
    worked = Workdays("GB").numbered(min(everything), max(everything))
    return [np.diff([worked[day] for day in sorted(own)]).astype(float) for own in days.values()]


@pytest.mark.parametrize("back", [1, 2, 3, 4, 5])
def test_of_a_wholesalers_gaps_about_one_in_a_hundred_is_called_a_silence(
    wholesaler: list[np.ndarray], back: int
) -> None:
    clients = [gaps for gaps in wholesaler if len(gaps) >= back + 2]
    said = silence(_rows([g[:-back] for g in clients]), np.array([g[-back] for g in clients]))
    assert len(clients) > 600
    assert 0.006 < (said.chance < 0.01).mean() < 0.018


def test_a_wholesalers_client_that_stops_is_missed_in_ten_of_its_gaps(
    wholesaler: list[np.ndarray],
) -> None:
    clients = [gaps for gaps in wholesaler if len(gaps) >= 4]
    late = silence(_rows(clients), np.ones(len(clients))).late_from
    assert np.median(late / [np.median(gaps[-12:]) for gaps in clients]) < 10


@pytest.mark.parametrize("gaps", [4, 8, 12])
@pytest.mark.parametrize("scatter", [0.2, 0.4, 0.8])
def test_of_usual_gaps_about_one_in_a_hundred_is_called_a_silence(
    gaps: int, scatter: float
) -> None:
    before, following = _house(20_000, gaps, scatter)
    assert 0.006 < (silence(before, following).chance < 0.01).mean() < 0.014


def test_of_clients_with_two_gaps_fewer_are_called_silent() -> None:
    before, following = _house(20_000, 2)
    assert 0.0005 < (silence(before, following).chance < 0.01).mean() < 0.01


def test_chances_that_were_said_too_small_are_mended() -> None:
    truth = RNG.uniform(size=20_000)
    mended = mend(truth**2)  # said of a gap that one in ten is as long as: one in a hundred
    assert mended.said(0.1) == pytest.approx(0.01, rel=0.15)
    np.testing.assert_allclose(
        mended.chance(np.array([0.01, 0.0025])), [0.1, 0.05], rtol=0.1
    )  # fmt: skip
    assert mended.chance(np.array([mended.said(0.07)])) == pytest.approx(0.07)


def test_few_gaps_mend_next_to_nothing() -> None:
    assert mend(np.array([])).said(0.01) == pytest.approx(0.01)
    assert mend(np.array([0.001, 0.3, 0.5, 0.7, 0.9])).said(0.01) == pytest.approx(0.01, rel=0.4)
    assert Mended(share=0.005).said(0.01) == pytest.approx(0.204, abs=0.001)


def test_a_slow_client_among_many_quick_ones_is_no_silent_one() -> None:
    quick = np.full((200, 12), 5.0)
    slow = np.array([[50.0] * 12, [np.nan] * 10 + [50.0] * 2])
    said = silence(np.vstack([quick, slow]), np.full(202, 40.0))
    assert (said.chance[-2:] > 0.01).all()
    assert (said.chance[:-2] < 0.01).all()


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
    few = [np.nan] * 8 + [10.0] * 2
    said = silence(np.vstack([house, few, [10.0] * 10]), np.full(202, 35.0))
    assert said.chance[-2] > said.chance[-1]
    once = [np.nan] * 9 + [10.0]
    assert np.isnan(silence(np.vstack([house, once]), np.full(201, 99.0)).chance[-1])


def test_a_silence_is_late_from_the_day_on_which_its_chance_is_the_level() -> None:
    house, _ = _house(50, 6)
    late = silence(house, np.ones(50)).late_from
    np.testing.assert_allclose(silence(house, late).chance, 0.01)


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
