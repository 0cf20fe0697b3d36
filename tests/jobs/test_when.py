"""Instants are the same for all replicas, right by the wall clock, and each is there once."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest

from kam_sync.base.errors import WrongUse
from kam_sync.jobs.cron import trigger_of, weekdays
from kam_sync.jobs.model import Plan
from kam_sync.jobs.when import following, newest, succeeds_by, upcoming

QUARTER = Plan(every=timedelta(minutes=15))
NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def at(day: str, time: str) -> datetime:
    return datetime.fromisoformat(f"2026-{day}T{time}:00+00:00")


def instants(plan: Plan, after: datetime, count: int) -> list[str]:
    return [f"{due_at:%m-%dT%H:%M}" for due_at in islice(upcoming(plan, "x", after), count)]


def test_intervals_count_from_the_epoch() -> None:
    assert newest(QUARTER, "x", NINE + timedelta(minutes=14, seconds=59)) == NINE
    assert newest(QUARTER, "x", NINE) == NINE
    assert following(QUARTER, "x", NINE) == NINE + timedelta(minutes=15)


def test_a_cron_follows_the_clock_of_its_zone() -> None:
    plan = Plan(cron="30 2 * * *", zone="Europe/Moscow")
    assert newest(plan, "x", NINE) == at("11-22", "23:30")
    assert following(plan, "x", NINE) == at("11-23", "23:30")


def test_weekdays_are_those_of_unix() -> None:
    assert weekdays("0") == weekdays("7") == weekdays("sun") == [0]
    assert weekdays("1-5") == [1, 2, 3, 4, 5]
    assert weekdays("fri-mon") == [0, 1, 5, 6]
    assert weekdays("*/2") == [0, 2, 4, 6]
    sunday = Plan(cron="0 3 * * 0")
    assert following(sunday, "x", NINE) == at("11-29", "03:00")  # 23 November is a Monday


def test_the_hour_that_exists_twice_counts_once() -> None:
    plan = Plan(cron="30 2 * * *", zone="Europe/Berlin")
    assert instants(plan, at("10-23", "12:00"), 4) == [
        "10-24T00:30", "10-25T00:30", "10-26T01:30", "10-27T01:30",
    ]  # fmt: skip
    half_past_two_again = at("10-25", "01:30")
    assert newest(plan, "x", half_past_two_again) == at("10-25", "00:30")


def test_what_falls_into_the_hour_that_does_not_exist_is_due_at_its_end_once() -> None:
    plan = Plan(cron="30 2 * * *", zone="Europe/Berlin")
    assert instants(plan, at("03-27", "12:00"), 3) == ["03-28T01:30", "03-29T01:00", "03-30T00:30"]
    assert newest(plan, "x", at("03-29", "01:00")) == at("03-29", "01:00")
    often = Plan(cron="*/30 * * * *", zone="Europe/Berlin")
    assert instants(often, at("03-29", "00:20"), 4) == [
        "03-29T00:30", "03-29T01:00", "03-29T01:30", "03-29T02:00",
    ]  # fmt: skip


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("cron", ["*/20 * * * *", "30 2 * * *", "15 1,2,3 * * *"])
def test_looking_back_finds_what_looking_forward_found(cron: str, zone: str) -> None:
    plan = Plan(cron=cron, zone=zone, jitter=timedelta(minutes=7))
    for start in (at("03-07", "00:00"), at("03-28", "00:00"), at("04-04", "00:00"),
                  at("10-03", "00:00"), at("10-24", "00:00"), at("10-31", "00:00")):  # fmt: skip
        found = list(islice(upcoming(plan, "sync:1", start), 12))
        assert found == sorted(set(found))
        for due_at, after in pairwise(found):
            assert newest(plan, "sync:1", after - timedelta(seconds=1)) == due_at


def test_jitter_moves_each_instant_by_the_same_span_everywhere_and_sources_apart() -> None:
    plan = Plan(every=timedelta(hours=1), jitter=timedelta(minutes=30))
    first = following(plan, "sync:1", NINE)
    assert first is not None
    assert first == following(plan, "sync:1", first - timedelta(seconds=1))
    assert newest(plan, "sync:1", first) == first
    starts = {newest(plan, f"sync:{n}", NINE + timedelta(minutes=59)) for n in range(20)}
    assert len(starts) > 15
    assert all(NINE <= start < NINE + timedelta(minutes=30) for start in starts if start)


def test_jitter_never_reaches_the_next_instant() -> None:
    plan = Plan(every=timedelta(minutes=10), jitter=timedelta(days=1))
    found = list(islice(upcoming(plan, "x", NINE), 50))
    assert [(due_at - NINE) // timedelta(minutes=10) for due_at in found[1:]] == [
        (found[0] - NINE) // timedelta(minutes=10) + n for n in range(1, 50)
    ]


def test_a_rare_day_is_found_and_one_that_never_comes_is_none() -> None:
    leap_day = Plan(cron="0 0 29 2 *")
    assert following(leap_day, "x", NINE) == datetime(2028, 2, 29, tzinfo=UTC)
    assert newest(leap_day, "x", NINE) == datetime(2024, 2, 29, tzinfo=UTC)
    assert following(Plan(cron="0 0 31 2 *"), "x", NINE) is None


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("30 2 * *", "five fields"),
        ("61 2 * * *", "'61' is no minute; it may be 0 to 59"),
        ("0 25 * * *", "'25' is no hour; it may be 0 to 23"),
        ("0 0 0 * *", "'0' is no day of the month; it may be 1 to 31"),
        ("0 0 * foo *", "'foo' is no month; it may be 1 to 12"),
        ("*/0 * * * *", "no minute"),
        ("5-1 * * * *", "a range such as 1-5"),
        ("1,,2 * * * *", "a list such as 1,3"),
        ("30 2 1 * 1", "not both"),
        ("30 2 * * 8", "'8' is no weekday; it may be 0 to 7"),
    ],
)
def test_a_wrong_cron_is_refused_in_words(cron: str, said: str) -> None:
    with pytest.raises(WrongUse, match=said):
        trigger_of(cron)


def test_two_hours_or_three_instants_may_pass_without_success() -> None:
    assert succeeds_by(QUARTER, "x", NINE) == NINE + timedelta(hours=2, minutes=15)
    daily = Plan(cron="30 2 * * *")
    assert succeeds_by(daily, "x", NINE) == at("11-26", "02:30")
    office = Plan(cron="*/15 9-17 * * 1-5")
    assert succeeds_by(office, "x", at("11-27", "17:46")) == at("11-30", "11:00")
    strict = Plan(every=timedelta(hours=1), deadline=timedelta(minutes=70))
    assert succeeds_by(strict, "x", NINE) == NINE + timedelta(minutes=70)


def test_what_has_begun_may_take_a_day() -> None:
    began = NINE + timedelta(minutes=15)
    assert succeeds_by(QUARTER, "x", NINE, began) == began + timedelta(days=1)
