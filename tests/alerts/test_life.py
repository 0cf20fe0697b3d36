"""The life of an alert keeps its laws, whatever is seen and said, and however the clock jumps."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kam_sync.alerts import life as machine
from kam_sync.alerts.life import TOLD, Life, Outcome, Patience, Sign, State, Turn, look
from kam_sync.base.errors import WrongUse

T0 = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
QUICK = Patience()
SLOW = Patience(pends=2 * DAY, recovers=3 * DAY, acknowledged=7 * DAY)


def _walk(signs: str, patience: Patience = QUICK, badness: float = 4) -> tuple[State, list[Turn]]:
    """Looks a day apart: b(ad), e(ased), c(lear), u(nsure)."""
    found = {sign.value[0]: sign for sign in Sign}
    life, turns = None, list[Turn]()
    for day, sign in enumerate(signs):
        life, more = look(life, found[sign], badness, T0 + day * DAY, patience)
        turns += more
    assert life is not None
    return life.state, turns


@pytest.mark.parametrize(
    ("signs", "patience", "state", "turns"),
    [
        ("b", QUICK, State.FIRING, [Turn.OPENED]),
        ("bbb", QUICK, State.FIRING, [Turn.OPENED]),
        ("beu", QUICK, State.FIRING, [Turn.OPENED]),
        ("bc", QUICK, State.RESOLVED, [Turn.OPENED, Turn.RESOLVED]),
        ("bcb", QUICK, State.FIRING, [Turn.OPENED, Turn.RESOLVED, Turn.OPENED]),
        ("bb", SLOW, State.PENDING, [Turn.PENDED]),
        ("bbb", SLOW, State.FIRING, [Turn.PENDED, Turn.OPENED]),
        ("buub", SLOW, State.FIRING, [Turn.PENDED, Turn.OPENED]),
        ("bc", SLOW, State.RESOLVED, [Turn.PENDED, Turn.DROPPED]),
        ("bbbcc", SLOW, State.RECOVERING, [Turn.PENDED, Turn.OPENED, Turn.RECOVERING]),
        ("bbbcce", SLOW, State.FIRING,
         [Turn.PENDED, Turn.OPENED, Turn.RECOVERING, Turn.RELAPSED]),
        ("bbbccccc", SLOW, State.RESOLVED,
         [Turn.PENDED, Turn.OPENED, Turn.RECOVERING, Turn.RESOLVED]),
    ],
)  # fmt: skip
def test_looks(signs: str, patience: Patience, state: State, turns: Sequence[Turn]) -> None:
    assert _walk(signs, patience) == (state, turns)


def _firing(badness: float = 4) -> Life:
    life, _ = look(None, Sign.BAD, badness, T0, QUICK)
    assert life is not None
    return life


def test_who_is_looked_after_comes_back_when_it_takes_too_long() -> None:
    aside, turns = machine.acknowledge(_firing(), T0, SLOW)
    assert aside is not None
    assert turns == [Turn.ACKNOWLEDGED]
    assert look(aside, Sign.BAD, 4, T0 + 6 * DAY, SLOW) == (aside, [])
    back, turns = look(aside, Sign.BAD, 4, T0 + 7 * DAY, SLOW)
    assert back is not None
    assert (back.state, turns) == (State.FIRING, [Turn.REMINDED])


def test_what_gets_much_worse_comes_back_at_once() -> None:
    aside, _ = machine.snooze(_firing(4), T0 + 90 * DAY, T0)
    assert look(aside, Sign.BAD, 5.9, T0 + DAY, QUICK)[1] == []
    assert look(aside, Sign.BAD, 6, T0 + DAY, QUICK)[1] == [Turn.WORSENED]


def test_what_is_closed_while_it_is_bad_has_to_clear_before_it_opens_anew() -> None:
    closed, turns = machine.resolve(_firing(), Outcome.FALSE, T0)
    assert turns == [Turn.RESOLVED]
    same, turns = look(closed, Sign.BAD, 4, T0 + DAY, QUICK)
    assert (same, turns) == (closed, [])
    cleared, turns = look(closed, Sign.CLEAR, 0, T0 + 2 * DAY, QUICK)
    assert turns == [Turn.REARMED]
    assert look(cleared, Sign.BAD, 4, T0 + 3 * DAY, QUICK)[1] == [Turn.OPENED]


def test_what_has_become_the_usual_is_over_and_opens_anew_when_it_moves_again() -> None:
    over, turns = look(_firing(), Sign.USUAL, 4, T0 + DAY, SLOW)
    assert over is not None
    assert (over.state, turns) == (State.RESOLVED, [Turn.REBASED])
    assert look(over, Sign.BAD, 4, T0 + 2 * DAY, QUICK)[1] == [Turn.OPENED]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(WrongUse, match="future"):
        machine.snooze(_firing(), T0, T0)
    with pytest.raises(WrongUse, match="nothing to take back"):
        machine.wake(_firing(), T0)
    closed, _ = machine.resolve(_firing(), Outcome.TRUE, T0)
    assert closed is not None
    with pytest.raises(WrongUse, match="resolved"):
        machine.acknowledge(closed, T0, QUICK)


class Lives(RuleBasedStateMachine):
    """One matter over years: its alerts one after the other, and all that happened to them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = T0
        self.life: Life | None = None
        self.alerts: list[list[Turn]] = []
        self.signs: list[Sign] = []
        self.by_hand = False

    def _took(self, step: machine.Step, *, by_hand: bool = False) -> None:
        life, turns = step
        if life is not None and life.is_open and (self.life is None or not self.life.is_open):
            self.alerts.append([])
            self.signs = []
        if turns:
            self.alerts[-1] += turns
        self.by_hand = by_hand if life and life is not self.life else self.by_hand
        self.life = life

    @rule(
        sign=st.sampled_from(Sign),
        badness=st.floats(0, 30),
        hours=st.integers(-48, 24 * 60),
        slow=st.booleans(),
    )
    def looked(self, sign: Sign, badness: float, hours: int, *, slow: bool) -> None:
        self.now += timedelta(hours=hours)
        self.signs.append(sign)
        before = self.life
        self._took(look(self.life, sign, badness, self.now, SLOW if slow else QUICK))
        if sign is Sign.UNSURE:
            assert self.life == before
        if self.life and not self.life.is_open and before and before.is_open:
            assert sign in {Sign.CLEAR, Sign.USUAL}  # nothing else ends it

    @precondition(lambda self: self.life and self.life.is_open and self.life.was_told)
    @rule(act=st.sampled_from(["ack", "snooze", "expect"]), days=st.integers(1, 90))
    def put_aside(self, act: str, days: int) -> None:
        assert self.life is not None
        until = self.now + days * DAY
        if act == "ack" and self.life.state is not State.ACKNOWLEDGED:
            self._took(machine.acknowledge(self.life, self.now, SLOW))
        elif act == "snooze":
            self._took(machine.snooze(self.life, until, self.now))
        elif act == "expect":
            self._took(machine.expect(self.life, until, self.now))

    @precondition(lambda self: self.life and self.life.until and self.life.is_open)
    @rule()
    def woken(self) -> None:
        if self.life and self.life.state is not State.RECOVERING:
            self._took(machine.wake(self.life, self.now))

    @precondition(lambda self: self.life is not None)
    @rule(outcome=st.sampled_from(Outcome))
    def closed(self, outcome: Outcome) -> None:
        assert self.life is not None
        self._took(machine.resolve(self.life, outcome, self.now))
        assert self.life.outcome is outcome

    @invariant()
    def no_notice_comes_twice(self) -> None:
        for turns in self.alerts:
            told = [turn for turn in turns if turn in TOLD]
            assert told.count(Turn.OPENED) <= 1
            assert told.count(Turn.RESOLVED) + told.count(Turn.REBASED) <= 1
            for one, other in itertools.pairwise(turns):
                assert one is not other or one in {Turn.SNOOZED, Turn.EXPECTED}

    @invariant()
    def nobody_hears_of_the_end_of_what_was_never_told(self) -> None:
        for turns in self.alerts:
            for end in (Turn.RESOLVED, Turn.REBASED):
                assert end not in turns or turns.index(Turn.OPENED) < len(turns) - 1
            assert Turn.DROPPED not in turns or not TOLD & set(turns)

    @invariant()
    def what_is_over_says_so_last(self) -> None:
        for turns in self.alerts[:-1]:
            assert {Turn.RESOLVED, Turn.REBASED, Turn.DROPPED} & set(turns)

    @invariant()
    def what_is_put_aside_has_an_end(self) -> None:
        if self.life and self.life.state in {State.ACKNOWLEDGED, State.SNOOZED, State.EXPECTED}:
            assert self.life.until is not None


Lives.TestCase.settings = settings(max_examples=120, stateful_step_count=25, deadline=None)
TestLives = Lives.TestCase
