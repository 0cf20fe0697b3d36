"""Months are compared with as many before them, or with those of the year before."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from kam_sync.drift.moved import Against
from kam_sync.drift.spans import base_of, last_whole, months_between

LATER = months_between(date(2026, 8, 20), date(2026, 10, 5))


def said(months: list[date]) -> str:
    assert all(month.day == 1 for month in months)
    return " ".join(f"{month:%y-%m}" for month in months)


def test_months_are_compared_with_those_before_or_of_the_year_before() -> None:
    assert said(LATER) == "26-08 26-09 26-10"
    assert said(base_of(LATER, Against.BEFORE)) == "26-05 26-06 26-07"
    assert said(base_of(LATER, Against.YEAR_AGO)) == "25-08 25-09 25-10"


def test_a_change_that_began_before_these_months_is_compared_with_what_was_before_it() -> None:
    assert said(base_of(LATER, Against.BEFORE, date(2026, 2, 1))) == "25-11 25-12 26-01"


def test_the_newest_whole_month_has_ended_where_the_account_lives() -> None:
    now = datetime(2026, 10, 31, 21, 30, tzinfo=UTC)
    assert last_whole(now, ZoneInfo("Europe/Moscow")) == date(2026, 10, 1)
    assert last_whole(now, ZoneInfo("UTC")) == date(2026, 9, 1)
