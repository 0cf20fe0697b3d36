"""What people write becomes a plan, or one line says why not."""

from datetime import UTC, datetime, timedelta

import pytest

from kam_sync.base.errors import WrongUse
from kam_sync.jobs.model import Plan
from kam_sync.jobs.spans import read_span, write_span
from kam_sync.jobs.wish import Wish, planned

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BEFORE = Plan(every=timedelta(minutes=15), jitter=timedelta(minutes=1), is_on=False)


def test_what_is_not_said_stays_and_it_is_switched_on() -> None:
    plan = planned(Wish(every="10m"), BEFORE, "Europe/Moscow", NOW)
    assert plan == Plan(every=timedelta(minutes=10), jitter=timedelta(minutes=1))


def test_a_cron_takes_the_place_of_an_interval_in_the_zone_of_the_house() -> None:
    plan = planned(Wish(cron=" 30  2 * * 1-5 "), BEFORE, "Europe/Moscow", NOW)
    assert (plan.every, plan.cron, plan.zone) == (None, "30 2 * * 1-5", "Europe/Moscow")
    again = planned(Wish(cron="0 4 * * *", zone="UTC"), plan, "Europe/Moscow", NOW)
    assert again.zone == "UTC"


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("10m", 10), ("1h30m", 90), ("1 h 30 min", 90), ("2 hours, 5 minutes", 125),
        ("10 минут", 10), ("1 час 30 минут", 90), ("2 дня", 2880), ("1 ч. 5 мин.", 65),
    ],
)  # fmt: skip
def test_a_span_is_read_in_signs_and_in_words(said: str, minutes: int) -> None:
    assert read_span(said, "interval") == timedelta(minutes=minutes)


@pytest.mark.parametrize("said", ["", "10", "m", "10 недель", "5m 5m", "5m x", "-5m", "1h30"])
def test_what_is_no_span_is_refused(said: str) -> None:
    with pytest.raises(WrongUse, match="a span such as"):
        read_span(said, "interval")


def test_a_deadline_is_set_and_taken_away() -> None:
    strict = planned(Wish(deadline="1h"), BEFORE, "UTC", NOW)
    assert strict.deadline == timedelta(hours=1)
    assert planned(Wish(deadline=""), strict, "UTC", NOW).deadline is None


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish(every="30s"), "one minute"),
        (Wish(every="soon"), "a span such as"),
        (Wish(every="1h", cron="0 * * * *"), "not both"),
        (Wish(cron="0 0 31 2 *"), "no such day"),
        (Wish(zone="Mars/Base"), "no such time zone"),
        (Wish(zone="../etc/passwd"), "no such time zone"),
        (Wish(jitter="3d"), "up to a day"),
        (Wish(deadline="1m"), "five minutes"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(wish: Wish, said: str) -> None:
    with pytest.raises(WrongUse, match=said):
        planned(wish, BEFORE, "UTC", NOW)


def test_spans_are_read_as_they_are_written() -> None:
    for text in ("90s", "15m", "2h", "1d", "1h30m"):
        assert write_span(read_span(write_span(read_span(text, "x")), "x")) in {text, "1m30s"}
