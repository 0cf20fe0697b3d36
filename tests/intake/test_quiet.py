"""Webhooks are quiet when polling finds what none of them told; a few losses are no alarm."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_sync.intake.quiet import Quiet, Seen, Why, is_over, judge

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TEN = NOON - timedelta(hours=2)


@st.composite
def seen(draw: st.DrawFn, most_lost: int = 60, most_announced: int = 60) -> Seen:
    """What can be seen: who lost something has a time of the first of it."""
    number, at = st.integers(0, most_lost), st.datetimes(timezones=st.just(UTC))
    lost, lately, announced = draw(number), draw(number), draw(st.integers(0, most_announced))
    return Seen(lost, announced, draw(at) if lost else None, lately, draw(at) if lately else None)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(Seen(), None, id="nothing has changed"),
        pytest.param(Seen(announced=500), None, id="all is told"),
        pytest.param(Seen(9, 0, TEN, 9, TEN), None, id="too little to say"),
        pytest.param(Seen(10, 0, TEN, 10, TEN), Quiet(Why.SILENT, TEN), id="none is told"),
        pytest.param(
            Seen(10, 900, TEN, 10, NOON), Quiet(Why.SILENT, NOON), id="dead after a busy morning"
        ),
        pytest.param(Seen(40, 40, TEN), None, id="just half is lost"),
        pytest.param(Seen(41, 40, TEN), Quiet(Why.LOSSY, TEN), id="more than half is lost"),
        pytest.param(
            Seen(41, 40, TEN, 3, NOON), Quiet(Why.LOSSY, NOON), id="lossy, and dead since noon"
        ),
        pytest.param(Seen(0, 0, None, 12, TEN), Quiet(Why.SILENT, TEN), id="dead for days"),
    ],
)
def test_what_is_quiet_and_since_when(found: Seen, expected: Quiet | None) -> None:
    assert judge(found) == expected


@given(seen(most_lost=9))
def test_a_handful_of_losses_is_no_alarm(found: Seen) -> None:
    assert judge(found) is None


@given(seen(), st.integers(1, 500))
def test_more_webhooks_never_make_them_quiet(found: Seen, more: int) -> None:
    louder = Seen(
        found.lost, found.announced + more, found.lost_from, found.lost_lately, found.silent_from
    )
    assert judge(found) is not None or judge(louder) is None


@given(seen())
def test_they_are_quiet_since_something_was_lost(found: Seen) -> None:
    quiet = judge(found)
    assert quiet is None or quiet.since in {found.lost_from, found.silent_from}


@given(seen(), st.sampled_from(Why))
def test_it_is_never_over_while_it_is_so(found: Seen, why: Why) -> None:
    quiet = judge(found)
    assert not (quiet is not None and quiet.why is why and is_over(why, found))


@given(seen(most_announced=0), st.sampled_from(Why))
def test_without_a_webhook_it_is_never_over(found: Seen, why: Why) -> None:
    assert not is_over(why, found)


@pytest.mark.parametrize(
    ("why", "found", "expected"),
    [
        pytest.param(Why.SILENT, Seen(30, 1, TEN), True, id="one comes again"),
        pytest.param(Why.SILENT, Seen(30, 1, TEN, 1, NOON), False, id="and then it was lost again"),
        pytest.param(Why.LOSSY, Seen(0, 9), False, id="too few to say"),
        pytest.param(Why.LOSSY, Seen(2, 8, TEN), True, id="most of them come"),
        pytest.param(Why.LOSSY, Seen(11, 8, TEN), False, id="most of them are lost"),
    ],
)
def test_when_it_is_over(why: Why, found: Seen, expected: bool) -> None:
    assert is_over(why, found) is expected
