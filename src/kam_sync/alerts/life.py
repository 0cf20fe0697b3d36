"""The life of an alert, as a machine without a clock of its own: what was seen, what people said.

    pending -> firing -> recovering -> resolved
                 |            ^
                 +-> acknowledged | snoozed | expected

Who is told of what follows from the change alone: each is told once, for the next of its kind needs
another change before it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from kam_sync.base.errors import WrongUse


class State(StrEnum):
    """How an alert stands."""

    PENDING = "pending"
    """Seen, and too fresh to be told."""
    FIRING = "firing"
    """Told, and nobody has answered."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody looks after it; it comes back when that takes too long."""
    SNOOZED = "snoozed"
    """Put off to a moment."""
    EXPECTED = "expected"
    """As it has to be until a moment, for a reason that somebody gave."""
    RECOVERING = "recovering"
    """Back to what is usual, and too freshly so to be over."""
    RESOLVED = "resolved"


class Sign(StrEnum):
    """What is seen of a matter at one look."""

    BAD = "bad"
    """Bad enough to open an alert."""
    EASED = "eased"
    """Not so bad any more, and not as usual either."""
    CLEAR = "clear"
    USUAL = "usual"
    """It has stayed so for so long that it is the usual now."""
    UNSURE = "unsure"
    """The data cannot say: no news, neither good nor bad."""


class Outcome(StrEnum):
    """What an alert turned out to be."""

    TRUE = "true"
    """There was something to do."""
    FALSE = "false"
    """There was nothing."""
    KNOWN = "known"
    """It was so, and no news."""


class Turn(StrEnum):
    """What happened to an alert."""

    PENDED = "pended"
    OPENED = "opened"
    REMINDED = "reminded"
    """It came back: nobody has mended it in the time that was given, or a snooze is over."""
    WORSENED = "worsened"
    """It is much worse than when somebody put it aside."""
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    EXPECTED = "expected"
    WOKEN = "woken"
    """Somebody took back what put it aside."""
    RECOVERING = "recovering"
    RELAPSED = "relapsed"
    RESOLVED = "resolved"
    REBASED = "rebased"
    """It is over because it is the usual now, and not because it recovered."""
    DROPPED = "dropped"
    """It passed before anybody was told."""
    REARMED = "rearmed"
    """It was closed while it was bad; now that it has cleared, the next time it opens anew."""


TOLD = frozenset({Turn.OPENED, Turn.REMINDED, Turn.WORSENED, Turn.RESOLVED, Turn.REBASED})
"""The changes that people are told of."""
_ASIDE = frozenset({State.ACKNOWLEDGED, State.SNOOZED, State.EXPECTED})
_WORSE = 1.5
"""So many times as bad as when it was put aside it comes back by itself."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things take."""

    pends: timedelta = timedelta()
    """It has to be bad for so long before it is told."""
    recovers: timedelta = timedelta()
    """It has to be clear for so long before it is over."""
    acknowledged: timedelta = timedelta(days=14)
    """So long somebody may look after it before it comes back."""


@dataclass(frozen=True, slots=True)
class Life:
    """Where an alert stands."""

    state: State
    since: datetime
    """When it came to this state."""
    badness: float
    """How bad it was at the last look that said so."""
    until: datetime | None = None
    """When it comes back from where somebody put it."""
    aside_at: float | None = None
    """How bad it was when it was put aside or closed."""
    before: State = State.FIRING
    """The state that it recovers from."""
    outcome: Outcome | None = None
    is_armed: bool = True
    """False after it was closed while it was bad: it has to clear before it opens anew."""

    @property
    def is_open(self) -> bool:
        """Whether it is a matter still."""
        return self.state is not State.RESOLVED

    @property
    def was_told(self) -> bool:
        """Whether people know of it."""
        return self.state is not State.PENDING


Step = tuple[Life | None, list[Turn]]
"""The life after it, and what happened."""


def look(life: Life | None, sign: Sign, badness: float, now: datetime, patience: Patience) -> Step:
    """What one look at a matter does to its alert.

    Args:
        life: that of the newest alert about the matter, None where there was none.
        badness: how bad it is, in widths of the usual band to the bad side.
    """
    if life is None or (not life.is_open and life.is_armed):
        return _begun(sign, badness, now, patience, life)
    if not life.is_open:
        return _closed(life, sign, badness, now, patience)
    match sign:
        case Sign.UNSURE:
            return life, []
        case Sign.USUAL:
            turn = Turn.DROPPED if life.state is State.PENDING else Turn.REBASED
            return _to(life, State.RESOLVED, now), [turn]
        case Sign.CLEAR:
            return _clear(replace(life, badness=badness), now, patience)
        case _:
            return _not_well(replace(life, badness=badness), sign, now, patience)


def acknowledge(life: Life, now: datetime, patience: Patience) -> Step:
    """Somebody looks after it."""
    _refuse(life, State.ACKNOWLEDGED)
    aside = _aside(life, State.ACKNOWLEDGED, now, now + patience.acknowledged)
    return aside, [Turn.ACKNOWLEDGED]


def snooze(life: Life, until: datetime, now: datetime) -> Step:
    """It is put off."""
    _refuse(life)
    return _aside(life, State.SNOOZED, now, _later(until, now)), [Turn.SNOOZED]


def expect(life: Life, until: datetime, now: datetime) -> Step:
    """It is as it has to be until then."""
    _refuse(life)
    return _aside(life, State.EXPECTED, now, _later(until, now)), [Turn.EXPECTED]


def wake(life: Life, now: datetime) -> Step:
    """What put it aside is taken back."""
    if life.state not in _ASIDE:
        raise WrongUse(f"the alert is {life.state}: there is nothing to take back")
    return _to(life, State.FIRING, now), [Turn.WOKEN]


def resolve(life: Life, outcome: Outcome, now: datetime) -> Step:
    """Somebody closes it, and says what it was; of a closed one it is said afterwards."""
    if not life.is_open:
        return replace(life, outcome=outcome), []
    over, turns = ended(life, now)
    done = replace(
        over, outcome=outcome, aside_at=life.badness,
        is_armed=life.state is State.RECOVERING,
    )  # fmt: skip
    return done, turns


def ended(life: Life, now: datetime) -> tuple[Life, list[Turn]]:
    """There is nothing to look at any more."""
    turn = Turn.DROPPED if life.state is State.PENDING else Turn.RESOLVED
    return _to(life, State.RESOLVED, now), [turn]


def _begun(
    sign: Sign, badness: float, now: datetime, patience: Patience, before: Life | None
) -> Step:
    if sign is not Sign.BAD:
        return before, []
    if patience.pends:
        return Life(State.PENDING, now, badness), [Turn.PENDED]
    return Life(State.FIRING, now, badness), [Turn.OPENED]


def _closed(life: Life, sign: Sign, badness: float, now: datetime, patience: Patience) -> Step:
    """One that somebody closed while it was bad."""
    if sign in {Sign.CLEAR, Sign.EASED, Sign.USUAL}:
        return replace(life, is_armed=True), [Turn.REARMED]
    if sign is Sign.BAD and _is_worse(life, badness):
        return _begun(sign, badness, now, patience, life)
    return life, []


def _not_well(life: Life, sign: Sign, now: datetime, patience: Patience) -> Step:
    turns = []
    if life.state is State.RECOVERING:
        life, turns = replace(life, state=life.before, since=now), [Turn.RELAPSED]
    if life.state is State.PENDING:
        if sign is not Sign.BAD or now - life.since < patience.pends:
            return life, turns
        return _to(life, State.FIRING, now), [Turn.OPENED]
    if life.until is not None and now >= life.until:
        return _to(life, State.FIRING, now), [*turns, Turn.REMINDED]
    if life.state in _ASIDE and sign is Sign.BAD and _is_worse(life, life.badness):
        return _to(life, State.FIRING, now), [*turns, Turn.WORSENED]
    return life, turns


def _clear(life: Life, now: datetime, patience: Patience) -> Step:
    if life.state is State.PENDING:
        return _to(life, State.RESOLVED, now), [Turn.DROPPED]
    if not patience.recovers:
        return _to(life, State.RESOLVED, now), [Turn.RESOLVED]
    turns = []
    if life.state is not State.RECOVERING:
        life = replace(life, state=State.RECOVERING, since=now, before=life.state)
        turns = [Turn.RECOVERING]
    if now - life.since < patience.recovers:
        return life, turns
    return _to(life, State.RESOLVED, now), [*turns, Turn.RESOLVED]


def _to(life: Life, state: State, now: datetime) -> Life:
    """In another state, and not put aside."""
    return replace(life, state=state, since=now, until=None, aside_at=None)


def _aside(life: Life, state: State, now: datetime, until: datetime) -> Life:
    return replace(life, state=state, since=now, until=until, aside_at=life.badness)


def _is_worse(life: Life, badness: float) -> bool:
    return life.aside_at is not None and badness >= _WORSE * max(life.aside_at, 1.0)


def _refuse(life: Life, state: State | None = None) -> None:
    """WrongUse where it cannot be put aside, or is so already."""
    if life.state in {State.RESOLVED, State.PENDING}:
        raise WrongUse(f"the alert is {life.state}: there is nothing to put aside")
    if life.state is state:
        raise WrongUse(f"the alert is {state} already")


_LONGEST_ASIDE = timedelta(days=3653)


def _later(until: datetime, now: datetime) -> datetime:
    if until <= now:
        raise WrongUse("until: has to lie in the future")
    if until - now > _LONGEST_ASIDE:
        raise WrongUse("until: ten years at most")
    return until
