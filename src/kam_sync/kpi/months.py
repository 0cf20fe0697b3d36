"""The months that are measured: the last ten years and the one that is running."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kam_sync.base.clock import start_of_day

MONTHS = 120


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month of a time zone; the running one ends now."""

    on: date
    start_at: datetime
    end_at: datetime
    is_partial: bool


def months_until(now: datetime, zone: ZoneInfo, *, count: int = MONTHS) -> list[Month]:
    """The `count` whole months before the running one, oldest first, and the running one."""
    running = now.astimezone(zone).date().replace(day=1)
    firsts = [shift(running, -back) for back in range(count, -1, -1)]
    months = []
    for first in firsts:
        is_partial = first == running
        end_at = now if is_partial else start_of_day(shift(first, 1), zone)
        months.append(Month(first, start_of_day(first, zone), end_at, is_partial))
    return months


def shift(first: date, by: int) -> date:
    """The first day of the month that lies `by` months after that of `first`."""
    total = first.year * 12 + first.month - 1 + by
    return date(total // 12, total % 12 + 1, 1)
