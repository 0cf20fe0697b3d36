"""Says whether a webhook tells of anything that was not fetched already."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_A_SECOND_IS_OVER = timedelta(seconds=5)
"""The CRM's clock and ours may differ by so much when they are right."""
_STANDS_STILL = timedelta(minutes=10)
"""A CRM may change a record and not the time of its last change: a webhook that comes so long
after the time it names tells of such a change."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a webhook tells of one record: when it came, when it says that the record changed."""

    received_at: datetime
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What we have of it: when we last asked for it by id, when our living copy was changed."""

    asked_at: datetime | None = None
    changed_at: datetime | None = None


def is_news(told: Told, known: Known) -> bool:
    """Whether the record must be fetched.

    What was asked for after the webhook came shows the change; so does a copy that is newer than
    what the webhook tells of. A copy of the same second does when it was asked for after it.
    """
    asked_at, ours, theirs = known.asked_at, known.changed_at, told.changed_at
    if asked_at is not None and asked_at > told.received_at:
        return False
    if ours is None or theirs is None or theirs > ours:
        return True
    if theirs < ours:
        return False
    is_over = asked_at is not None and asked_at > theirs + _A_SECOND_IS_OVER
    return not is_over or told.received_at > theirs + _STANDS_STILL
