"""A deletion of many records at once is held; a usual one is not."""

from decimal import Decimal

import pytest

from kam_sync.intake.guard import judge, judge_absence

TEN = Decimal(10)


@pytest.mark.parametrize(
    ("gone", "live", "is_held"),
    [(0, 0, False), (20, 20, False), (21, 200, True), (21, 210, False), (100, 1000, False),
     (101, 1000, True), (1000, 1000, True)],
)  # fmt: skip
def test_more_than_ten_percent_and_more_than_twenty_records_are_held(
    gone: int, live: int, is_held: bool
) -> None:
    assert judge(gone, live, TEN).is_held is is_held


def test_the_reason_is_in_words() -> None:
    why = "600 of 1000 would be deleted at once, 60%; more than 10% needs a person"
    assert judge(600, 1000, TEN).why == why


def test_all_may_be_deleted_where_an_admin_set_a_hundred_percent() -> None:
    assert not judge(1000, 1000, Decimal(100)).is_held


def test_what_a_token_without_rights_does_not_see_is_always_held() -> None:
    verdict = judge_absence(1, 1000, TEN, sees_all=False)
    assert verdict.is_held
    assert "may not see all" in verdict.why
    assert not judge_absence(0, 1000, TEN, sees_all=False).is_held
    assert not judge_absence(1, 1000, TEN, sees_all=True).is_held
