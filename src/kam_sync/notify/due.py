"""Decides when a channel tells a change of an alert: the one place that may hold it back.

Quiet hours and how much attention people have belong here: what is held goes to `HELD`, with the
moment at which it is told together with others.
"""

from dataclasses import dataclass
from datetime import datetime

from kam_sync.notify.channel import Channel, Event, SendState


@dataclass(frozen=True, slots=True)
class Due:
    """When something is told, and whether it is kept until then."""

    at: datetime
    state: SendState = SendState.WAITING


def due(event: Event, channel: Channel, now: datetime) -> Due:  # noqa: ARG001 - it has no say yet
    """Everything is told at once."""
    return Due(now)
