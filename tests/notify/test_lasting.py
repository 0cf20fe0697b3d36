"""How long a channel rests, when a message is given up, and when others are told of an alert."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from kam_sync.alerts.life import State
from kam_sync.base.settings import Locale
from kam_sync.kpi.workdays import Workdays
from kam_sync.notify.channel import Channel, Event, Route, Send
from kam_sync.notify.escalating import is_due
from kam_sync.notify.lasting import LASTS, after_failure
from tests.notify.test_route import alert

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")


def channel(failures: int = 0, success_at: datetime | None = None) -> Channel:
    return Channel(
        id=1, name="mail", address="mailto", locale=Locale.RU, made_at=NOW, failures=failures,
        last_success_at=success_at,
    )  # fmt: skip


def send(attempts: int = 0, first_at: datetime | None = None) -> Send:
    return Send(
        id=1, change_id=1, channel_id=1, alert_id=uuid4(), event=Event.OPENED, made_at=NOW,
        due_at=NOW, attempts=attempts, first_tried_at=first_at,
    )  # fmt: skip


def test_waits_grow_to_two_hours() -> None:
    waits = [after_failure(send(n), channel(n), NOW).due_at - NOW for n in range(7)]
    assert [wait // timedelta(minutes=1) for wait in waits] == [1, 5, 15, 60, 120, 120, 120]
    assert after_failure(send(), channel(6), NOW).rests_until - NOW == timedelta(hours=2)


def test_three_failures_in_a_row_are_an_incident() -> None:
    assert [after_failure(send(), channel(n), NOW).is_dead for n in range(4)] == [
        False, False, True, True,
    ]  # fmt: skip


def test_what_a_dead_channel_was_to_tell_is_never_given_up() -> None:
    old = send(40, NOW - 3 * LASTS)
    assert not after_failure(old, channel(40), NOW).is_given_up
    assert not after_failure(old, channel(40, NOW - 4 * LASTS), NOW).is_given_up


def test_what_alone_is_refused_is_given_up_after_three_days() -> None:
    took_others = channel(0, NOW - timedelta(hours=1))
    assert after_failure(send(40, NOW - LASTS), took_others, NOW).is_given_up
    early = NOW - LASTS + timedelta(minutes=1)
    assert not after_failure(send(40, early), took_others, NOW).is_given_up


FRIDAY = datetime(2026, 11, 20, 20, tzinfo=UTC)
"""In Moscow it is late on Friday."""


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 11, 20), False),
        (date(2026, 11, 22), False),  # a weekend is no time to answer
        (date(2026, 11, 24), False),
        (date(2026, 11, 25), True),
        (date(2026, 12, 30), True),
    ],
)
def test_others_are_told_after_three_working_days_without_an_answer(
    today: date, *, said: bool
) -> None:
    fires = alert().model_copy(update={"entered_at": FRIDAY})
    assert escalates(fires, today) == said


def test_who_has_answered_or_was_told_before_is_left_alone() -> None:
    fires, today = alert().model_copy(update={"entered_at": FRIDAY}), date(2026, 12, 1)
    assert escalates(fires, today)
    assert not escalates(fires.model_copy(update={"state": State.ACKNOWLEDGED}), today)
    assert not escalates(fires, today, told_at=FRIDAY + timedelta(days=5))
    assert escalates(fires, today, told_at=FRIDAY - timedelta(days=5))  # it came back since
    assert not escalates(fires, today, days=None)


def escalates(fires, today: date, *, told_at: datetime | None = None, days: int | None = 3) -> bool:
    """Whether a route that waits three working days is told."""
    route = Route(id=1, channel_id=1, events=["escalated"], escalates_after_days=days)
    numbers = Workdays("RU").numbered(date(2026, 11, 19), today)
    return is_due(route, fires, told_at, today, (numbers, MOSCOW))
