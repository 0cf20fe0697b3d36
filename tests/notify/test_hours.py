"""Nobody is told at night or on a day off, and nothing waits longer than it has to."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kam_sync.kpi.workdays import Workdays
from kam_sync.notify.hours import Quiet, is_quiet, next_allowed, next_digest, week_began

MOSCOW, NEW_YORK = ZoneInfo("Europe/Moscow"), ZoneInfo("America/New_York")
NIGHT = Quiet(time(19), time(9))
RUSSIA = Workdays().is_worked
ZONES = [MOSCOW, NEW_YORK, ZoneInfo("Europe/London"), ZoneInfo("Asia/Vladivostok"),
         ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Santiago")]  # fmt: skip


def at(text: str, zone: ZoneInfo = MOSCOW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-30T12:00", "2026-11-30T12:00"),  # a Monday at noon
        ("2026-11-30T07:15", "2026-11-30T09:00"),
        ("2026-11-30T19:00", "2026-12-01T09:00"),
        ("2026-11-27T20:00", "2026-11-30T09:00"),  # Friday evening
        ("2026-12-31T20:00", "2027-01-11T09:00"),  # the Russian new year
        ("2026-06-11T23:00", "2026-06-15T09:00"),  # Friday the 12th is a holiday
    ],
)
def test_a_message_waits_for_the_next_hour_of_work(now: str, then: str) -> None:
    assert next_allowed(at(now), MOSCOW, RUSSIA, NIGHT) == at(then)


def test_where_nothing_is_quiet_nothing_waits() -> None:
    sunday_night = at("2026-11-29T03:00")
    assert next_allowed(sunday_night, MOSCOW, RUSSIA, None) == sunday_night


def test_a_calendar_without_a_working_day_holds_nothing_back() -> None:
    now = at("2026-11-30T07:15")
    assert next_allowed(now, MOSCOW, lambda _: False, NIGHT) == now


def test_nine_oclock_is_that_of_the_day_whose_clocks_were_put_forward() -> None:
    weekday = Workdays("US", {date(2026, 3, 8): True}).is_worked  # clocks go forward that Sunday
    found = next_allowed(at("2026-03-07T20:00", NEW_YORK), NEW_YORK, weekday, NIGHT)
    assert found.astimezone(UTC) == datetime(2026, 3, 8, 13, tzinfo=UTC)
    gap = Quiet(time(19), time(2, 30))  # an hour that is left out
    found = next_allowed(at("2026-03-08T01:00", NEW_YORK), NEW_YORK, weekday, gap)
    assert found.astimezone(UTC) == datetime(2026, 3, 8, 7, tzinfo=UTC)


moments = st.integers(0, 4 * 366 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
clocks = st.times().map(lambda t: t.replace(second=0, microsecond=0))
quiets = st.tuples(clocks, clocks).filter(lambda q: q[0] != q[1]).map(lambda q: Quiet(*q))


@given(moments, st.sampled_from(ZONES), quiets, st.floats(0, 1, exclude_max=True))
@example(datetime(2026, 11, 1, 5, 40, tzinfo=UTC), NEW_YORK, Quiet(time(1, 30), time(0)), 0.5)
def test_what_is_found_is_the_first_moment_that_is_not_quiet(
    now: datetime, zone: ZoneInfo, quiet: Quiet, part: float
) -> None:
    then = next_allowed(now, zone, RUSSIA, quiet)
    assert then >= now
    assert not is_quiet(then, zone, RUSSIA, quiet)
    between = now + (then - now) * part
    assert then == now or is_quiet(min(between, then - timedelta(seconds=1)), zone, RUSSIA, quiet)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-25T12:00", "2026-11-30T09:00"),
        ("2026-11-30T08:59", "2026-11-30T09:00"),
        ("2026-11-30T09:00", "2026-12-07T09:00"),
        ("2026-12-30T12:00", "2027-01-11T09:00"),  # nobody works in the first week of January
        ("2026-02-20T12:00", "2026-02-24T09:00"),  # Monday the 23rd is a holiday
    ],
)
def test_the_digest_comes_on_the_first_working_morning_of_a_week(now: str, then: str) -> None:
    assert next_digest(at(now), MOSCOW, RUSSIA) == at(then)


def test_a_calendar_without_a_working_day_still_has_a_digest() -> None:
    found = next_digest(at("2026-11-25T12:00"), MOSCOW, lambda _: False)
    assert found.astimezone(MOSCOW).weekday() == 0


@given(moments, st.sampled_from(ZONES))
def test_a_week_begins_on_its_monday(now: datetime, zone: ZoneInfo) -> None:
    began = week_began(now, zone)
    assert began.astimezone(zone).weekday() == 0
    assert began <= now < began + timedelta(days=7, hours=2)
