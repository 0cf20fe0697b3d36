"""Decides how long a channel rests after it took nothing, and when a message is given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kam_sync.notify.channel import Channel, Send

WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=2),
)
"""Between the tries; the last one stays."""
LASTS = timedelta(days=3)
"""So long a message is tried while its channel takes others."""
DEAD_AFTER = 3
"""So many tries in a row that failed are an incident."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What follows from a try that failed."""

    due_at: datetime
    """When the message is tried again."""
    rests_until: datetime
    """Nothing else is sent to the channel before."""
    is_given_up: bool
    is_dead: bool
    """Those who run us are told of the channel."""


def after_failure(send: Send, channel: Channel, now: datetime) -> Fate:
    """What follows; a message outlives any time in which its channel takes nothing at all."""
    first_at = send.first_tried_at or now
    took_others = channel.last_success_at is not None and channel.last_success_at > first_at
    return Fate(
        due_at=now + _wait(send.attempts),
        rests_until=now + _wait(channel.failures),
        is_given_up=took_others and now - first_at >= LASTS,
        is_dead=channel.failures + 1 >= DEAD_AFTER,
    )


def _wait(failed: int) -> timedelta:
    return WAITS[min(failed, len(WAITS) - 1)]
