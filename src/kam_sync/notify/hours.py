"""When people may be told: not at night, and on working days, by the clock of who is told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Worked = Callable[[date], bool]
"""Whether a day is a working day."""
MORNING = time(9)
"""When the digest comes."""
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_FARTHEST = 40
"""Days: no calendar rests longer, so one that seems to is wrong, and nothing waits for it."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """The part of each day in which nobody is told; it may reach over midnight."""

    begins: time
    ends: time

    def has(self, clock: time) -> bool:
        """Whether it is quiet at a time of the day."""
        if self.begins < self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends


def is_quiet(now: datetime, zone: ZoneInfo, worked: Worked, quiet: Quiet) -> bool:
    """Whether nobody is told at a moment."""
    local = now.astimezone(zone)
    return not worked(local.date()) or quiet.has(local.time())


def next_allowed(now: datetime, zone: ZoneInfo, worked: Worked, quiet: Quiet | None) -> datetime:
    """The first moment from now on that is not quiet: now itself, where it is not.

    Args:
        quiet: None where people may be told at any time.
    """
    if quiet is None or not is_quiet(now, zone, worked, quiet):
        return now
    today = now.astimezone(zone).date()
    for day in (today + n * _DAY for n in range(-1, _FARTHEST)):
        for moment in sorted(_turns(day, zone, quiet.ends)):
            if moment >= now and not is_quiet(moment, zone, worked, quiet):
                return moment
    return now


def next_digest(now: datetime, zone: ZoneInfo, worked: Worked) -> datetime:
    """The first morning after now that begins a week of work."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    while True:
        week = [monday + n * _DAY for n in range(7)]
        first = next((day for day in week if worked(day)), None)
        if first is not None or monday > today + _FARTHEST * _DAY:
            moment = min(_moments(first or monday, MORNING, zone))
            if moment > now:
                return moment
        monday += 7 * _DAY


def week_began(now: datetime, zone: ZoneInfo) -> datetime:
    """When the Monday of the week began."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    return datetime.combine(monday, time(), zone).astimezone(UTC)


def _turns(day: date, zone: ZoneInfo, ends: time) -> Iterator[datetime]:
    """The moments of a day at which it may stop to be quiet."""
    yield from _moments(day, time(), zone)
    yield from _moments(day, ends, zone)
    yield from _shifts(day, zone)


def _moments(day: date, clock: time, zone: ZoneInfo) -> set[datetime]:
    """When clocks show a time: twice on the day when they are put back."""
    local = datetime.combine(day, clock, zone)
    return {local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}


def _shifts(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The moment at which clocks are put forward or back, to the second."""
    low = datetime.combine(day, time(), UTC)
    high = low + _DAY
    before = _offset(low, zone)
    if before == _offset(high, zone):
        return
    while high - low > _SECOND:
        middle = low + (high - low) // 2 // _SECOND * _SECOND
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    yield high


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
