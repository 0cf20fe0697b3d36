"""The months that are measured."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from kam_sync.kpi.periods import periods_until, shift

MOSCOW = ZoneInfo("Europe/Moscow")


def test_a_month_begins_at_midnight_of_the_zone() -> None:
    months = periods_until(datetime(2026, 3, 15, 12, tzinfo=UTC), MOSCOW, count=1)
    assert [month.on for month in months] == [date(2026, 2, 1), date(2026, 3, 1)]
    assert months[0].start_at == datetime(2026, 1, 31, 21, tzinfo=UTC)
    assert months[0].end_at == months[1].start_at


def test_the_last_hours_of_utc_are_the_next_month_in_moscow() -> None:
    months = periods_until(datetime(2026, 10, 31, 22, tzinfo=UTC), MOSCOW, count=1)
    assert months[-1].on == date(2026, 11, 1)


def test_the_running_month_ends_now_and_is_partial() -> None:
    now = datetime(2026, 3, 15, 12, tzinfo=UTC)
    assert [month.is_partial for month in periods_until(now, MOSCOW, count=2)] == [
        False,
        False,
        True,
    ]
    assert periods_until(now, MOSCOW)[-1].end_at == now


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(-600, 600))
def test_shifting_there_and_back_is_the_same_month(day: date, by: int) -> None:
    first = day.replace(day=1)
    assert shift(shift(first, by), -by) == first
