"""When a message is sent again, given up, and when its target is stopped."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_sync.notify.patience import DAY, WAITS, Answer, Fate, Tried, judge

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DOWN = Answer(error="not reached")
LAST = len(WAITS) + 1
chances = st.floats(0, 1, exclude_max=True)
failed = st.builds(
    Answer,
    status=st.none() | st.integers(100, 599).filter(lambda n: not 200 <= n < 300 and n != 410),
    retry_after=st.none() | st.timedeltas(timedelta(0), timedelta(days=30)),
)
moments = st.timedeltas(timedelta(0), timedelta(days=3)).map(lambda span: NOON - span)
tries = st.builds(
    Tried,
    number=st.integers(1, LAST),
    first_at=moments,
    failing_since=st.none() | moments,
    failures=st.integers(0, 500),
)


def first(number: int = 1, **more: object) -> Tried:
    return Tried(number, NOON, **more)


@given(chances=st.lists(chances, min_size=len(WAITS), max_size=len(WAITS)))
def test_all_tries_of_a_message_take_about_a_day(chances: list[float]) -> None:
    now = NOON
    for number, chance in enumerate(chances, 1):
        verdict = judge(DOWN, Tried(number, NOON, failing_since=now), now, chance)
        assert verdict.fate is Fate.AGAIN
        now = verdict.due_at
    assert timedelta(hours=23) < now - NOON < timedelta(hours=26)


@given(failed, tries, chances)
def test_a_try_that_failed_comes_again_or_ends_for_a_reason(
    answer: Answer, tried: Tried, chance: float
) -> None:
    verdict = judge(answer, tried, NOON, chance)
    is_day = tried.failing_since is not None and NOON - tried.failing_since >= DAY
    match verdict.fate:
        case Fate.AGAIN:
            assert tried.number < LAST
            least = WAITS[tried.number - 1]
            assert NOON + least <= verdict.due_at <= NOON + max(least * 1.1, DAY)
        case Fate.GIVEN_UP:
            assert tried.number == LAST
            assert (tried.failing_since or NOON) > tried.first_at
        case Fate.STOP:
            assert is_day or tried.number == LAST
        case Fate.DELIVERED:
            raise AssertionError("it failed")
    if is_day:
        assert verdict.fate is Fate.STOP


@given(st.integers(200, 299), tries, chances)
def test_a_good_answer_ends_it(status: int, tried: Tried, chance: float) -> None:
    assert judge(Answer(status), tried, NOON, chance).fate is Fate.DELIVERED


@given(tries, chances)
def test_gone_stops_the_target_at_once(tried: Tried, chance: float) -> None:
    assert judge(Answer(410), tried, NOON, chance).fate is Fate.STOP


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_says_when_to_come_again(status: int) -> None:
    answer = Answer(status, retry_after=timedelta(minutes=40))
    verdict = judge(answer, first(), NOON, 0.0)
    assert verdict.due_at == verdict.rests_until == NOON + timedelta(minutes=40)
    other = judge(Answer(500, retry_after=timedelta(minutes=40)), first(), NOON, 0.0)
    assert other.due_at == NOON + WAITS[0]


def test_a_target_that_is_down_is_asked_ever_more_rarely_up_to_half_an_hour() -> None:
    rests = [judge(DOWN, first(failures=n), NOON, 0.0).rests_until for n in (0, 1, 2, 3, 90)]
    minutes = [rest and (rest - NOON) / timedelta(minutes=1) for rest in rests]
    assert minutes == [5 / 60, 1, 5, 30, 30]


def test_one_message_that_is_refused_holds_up_no_other() -> None:
    assert judge(Answer(422), first(), NOON, 0.0).rests_until is None


def test_a_message_is_given_up_when_the_target_took_others_meanwhile() -> None:
    later = NOON + timedelta(hours=23)
    tried = Tried(LAST, NOON, failing_since=None)
    assert judge(Answer(500), tried, later, 0.0).fate is Fate.GIVEN_UP


def test_a_target_that_took_nothing_since_the_first_try_is_stopped() -> None:
    later = NOON + timedelta(hours=23, minutes=40)
    tried = Tried(LAST, NOON, failing_since=NOON)
    assert judge(DOWN, tried, later, 0.0).fate is Fate.STOP
