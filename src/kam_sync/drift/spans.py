"""Which months are compared: those of a change, and those before or of the year before."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kam_sync.base.errors import WrongUse
from kam_sync.drift.moved import Against
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.periods import first_day, shift

MOST_MONTHS = 12
"""So many are compared at most: more, and the year before would be among them."""
_USUAL_MONTHS = 3
_EARLIEST = 1990
"""Nothing was measured before, and years need to be counted back from."""


def base_of(later: Sequence[date], against: Against, since: date | None = None) -> list[date]:
    """The months that some months in a row are compared with.

    Args:
        since: the change is older than these months, and what was before it is wanted.
    """
    if against is Against.YEAR_AGO:
        return [shift(month, -12) for month in later]
    end = since or later[0]
    return [shift(end, -back) for back in range(len(later), 0, -1)]


def months_between(first: date, last: date) -> list[date]:
    """All months from that of one day to that of another."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [shift(first, by) for by in range(count)]


def last_whole(now: datetime, zone: ZoneInfo) -> date:
    """The newest month that has ended."""
    return shift(first_day(now.astimezone(zone).date(), Grain.MONTH), -1)


def later_of(first: date | None, last: date | None, newest: date) -> list[date]:
    """The whole months that somebody asks about: the latest three, where nothing is said.

    Args:
        newest: the newest month that has ended.

    Raises:
        WrongUse: there is no such month, or there are too many.
    """
    if first and last and first > last:
        raise WrongUse("from: lies after to")
    end = min(first_day(last, Grain.MONTH), newest) if last else newest
    if end.year < _EARLIEST:  # a calendar has no months before its first year
        raise WrongUse(f"to: {end:%Y-%m} is before {_EARLIEST}")
    begin = first_day(first, Grain.MONTH) if first else shift(end, 1 - _USUAL_MONTHS)
    if begin > end or begin.year < _EARLIEST:
        raise WrongUse(f"from, to: no month that ended by {newest:%Y-%m} lies between them")
    months = months_between(begin, end)
    if len(months) > MOST_MONTHS:
        raise WrongUse(f"from, to: these are {len(months)} months; {MOST_MONTHS} at most")
    return months
