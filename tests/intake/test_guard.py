"""A deletion of many records at once is held; a usual one is not."""

from decimal import Decimal

import pytest

from kam_sync.intake.guard import judge, judge_absence
from kam_sync.intake.model import HeldWhy

TEN = Decimal(10)


@pytest.mark.parametrize(
    ("gone", "live", "is_held"),
    [(0, 0, False), (20, 20, False), (21, 200, True), (21, 210, False), (100, 1000, False),
     (101, 1000, True), (1000, 1000, True)],
)  # fmt: skip
def test_more_than_ten_percent_and_more_than_twenty_records_are_held(
    gone: int, live: int, is_held: bool
) -> None:
    assert judge(gone, live, TEN) is (HeldWhy.SHARE if is_held else None)


def test_all_may_be_deleted_where_an_admin_set_a_hundred_percent() -> None:
    assert judge(1000, 1000, Decimal(100)) is None


def test_what_a_token_without_rights_does_not_see_is_always_held() -> None:
    assert judge_absence(1, 1000, TEN, sees_all=False) is HeldWhy.SIGHT
    assert judge_absence(0, 1000, TEN, sees_all=False) is None
    assert judge_absence(1, 1000, TEN, sees_all=True) is None
    assert judge_absence(101, 1000, TEN, sees_all=True) is HeldWhy.SHARE
