"""A deletion of many records is held, at once or in small steps; a usual one is not."""

from decimal import Decimal

import pytest

from kam_sync.intake.guard import judge
from kam_sync.intake.model import HeldWhy

TEN = Decimal(10)


@pytest.mark.parametrize(
    ("gone", "live", "is_held"),
    [(0, 0, False), (10, 20, False), (11, 100, True), (11, 110, False), (100, 1000, False),
     (101, 1000, True), (1000, 1000, True)],
)  # fmt: skip
def test_more_than_ten_percent_and_more_than_ten_records_are_held(
    gone: int, live: int, is_held: bool
) -> None:
    assert judge(gone, live, TEN) is (HeldWhy.SHARE if is_held else None)


@pytest.mark.parametrize(
    ("gone", "live", "earlier", "is_held"),
    [(5, 95, 5, False), (6, 95, 5, True), (1, 900, 100, True), (0, 900, 100, False)],
)
def test_small_steps_add_up_and_are_judged_by_what_there_was_before_them(
    gone: int, live: int, earlier: int, is_held: bool
) -> None:
    assert judge(gone, live, TEN, earlier=earlier) is (HeldWhy.SHARE if is_held else None)


@pytest.mark.parametrize(
    ("gone", "live", "earlier", "is_held"),
    [(3, 3, 0, True), (9, 9, 0, True), (2, 3, 0, False), (1, 1, 2, True), (2, 2, 0, False)],
)
def test_all_of_a_noun_are_held_where_there_were_three_or_more(
    gone: int, live: int, earlier: int, is_held: bool
) -> None:
    assert judge(gone, live, TEN, earlier=earlier) is (HeldWhy.SHARE if is_held else None)


def test_all_may_be_deleted_where_an_admin_set_a_hundred_percent() -> None:
    assert judge(1000, 1000, Decimal(100)) is None
    assert judge(500, 500, Decimal(100), earlier=500) is None


def test_what_a_token_without_rights_does_not_see_is_always_held() -> None:
    assert judge(1, 1000, TEN, sees_all=False) is HeldWhy.SIGHT
    assert judge(0, 1000, TEN, sees_all=False) is None
    assert judge(1, 1000, TEN, sees_all=True) is None
    assert judge(101, 1000, TEN, sees_all=True) is HeldWhy.SHARE
