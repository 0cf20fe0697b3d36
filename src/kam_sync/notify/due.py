"""Decides when a channel tells a change of an alert: at once, in the morning, or in the digest."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from kam_sync.notify.channel import Channel, SendState
from kam_sync.notify.hours import Quiet, Worked, next_allowed, next_digest


@dataclass(frozen=True, slots=True)
class Habits:
    """When people of this house are told, and how much."""

    zone: ZoneInfo
    """Where a channel has none of its own."""
    worked: Worked
    quiet: Quiet | None
    """None: they are told at any time."""
    budget: int
    """So many alerts a week each channel tells at once."""

    def zone_of(self, channel: Channel) -> ZoneInfo:
        """By which clock a channel is told."""
        return ZoneInfo(channel.zone) if channel.zone else self.zone

    def allowed(self, channel: Channel, now: datetime) -> datetime:
        """The first moment from now on at which a channel may tell anything."""
        return next_allowed(now, self.zone_of(channel), self.worked, self.quiet)


@dataclass(frozen=True, slots=True)
class Due:
    """When something is told, and whether it is kept for the digest until then."""

    at: datetime
    state: SendState = SendState.WAITING

    @property
    def in_digest(self) -> bool:
        """Whether it is told together with all that waited."""
        return self.state is SendState.HELD


def pushed(channel: Channel, now: datetime, habits: Habits) -> Due:
    """By itself, as soon as people may be told."""
    return Due(habits.allowed(channel, now))


def digested(channel: Channel, now: datetime, habits: Habits) -> Due:
    """In the digest that comes next."""
    return Due(next_digest(now, habits.zone_of(channel), habits.worked), SendState.HELD)
