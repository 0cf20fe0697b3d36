"""Decides when a message is sent again, when it is given up, and when its target is stopped."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=8),
    timedelta(hours=8),
)
"""Between the tries of a message: about a day in all."""
DAY = timedelta(days=1)
_LONGEST_REST = 3
"""A target that does not answer is asked again every half an hour at the latest, by its place."""
_JITTER = 0.1
"""Of a wait, added by chance, so that not all messages come back at once."""
_NOT_NOW = frozenset({429, 503})
_GONE = 410


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a try."""

    status: int | None = None
    """None: it did not answer."""
    error: str = ""
    retry_after: timedelta | None = None
    body: str = ""
    """The beginning of what it answered; shown to who tries it, never kept."""

    @property
    def is_good(self) -> bool:
        """True when the message was taken."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_about_all(self) -> bool:
        """False when the target may well take other messages now."""
        return self.status is None or self.status >= 500 or self.status in {408, 429}


@dataclass(frozen=True, slots=True)
class Tried:
    """A message and its target before what came of this try was known."""

    number: int
    """Of this try, from 1."""
    first_at: datetime
    """When the message was first tried."""
    failing_since: datetime | None = None
    """Since when the target has taken nothing at all; None when it took the last."""
    failures: int = 0
    """Of the target, in a row."""


class Fate(StrEnum):
    """What happens next."""

    DELIVERED = "delivered"
    AGAIN = "again"
    GIVEN_UP = "given_up"
    STOP = "stop"
    """The target is stopped; the message waits until a person lets it go on."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens next, and when."""

    fate: Fate
    due_at: datetime
    """Of the message, where it is sent again."""
    rests_until: datetime | None = None
    """Nothing else is sent to the target before."""


def judge(answer: Answer, tried: Tried, now: datetime, chance: float) -> Verdict:
    """What follows from an answer; `chance` is a number from 0 to 1."""
    if answer.is_good:
        return Verdict(Fate.DELIVERED, now)
    if answer.status == _GONE:
        return Verdict(Fate.STOP, now)
    failing_since = tried.failing_since or now
    is_last = tried.number > len(WAITS)
    if now - failing_since >= DAY or (is_last and failing_since <= tried.first_at):
        return Verdict(Fate.STOP, now)
    asked = min(answer.retry_after or timedelta(0), DAY) if answer.status in _NOT_NOW else None
    rests_until = None
    if answer.is_about_all:
        rest = WAITS[min(tried.failures, _LONGEST_REST)]
        rests_until = now + max(rest, asked or timedelta(0))
    if is_last:
        return Verdict(Fate.GIVEN_UP, now, rests_until)
    wait = WAITS[tried.number - 1] * (1 + _JITTER * chance)
    return Verdict(Fate.AGAIN, now + max(wait, asked or timedelta(0)), rests_until)
