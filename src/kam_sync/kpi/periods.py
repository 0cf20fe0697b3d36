"""The periods that are measured: days, weeks, months, quarters; the running one ends now."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kam_sync.base.clock import start_of_day
from kam_sync.kpi.definition import Grain

COUNTS = {Grain.DAY: 400, Grain.WEEK: 157, Grain.MONTH: 120, Grain.QUARTER: 40}
"""So many whole ones are measured: ten years, three of weeks and one of days."""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of whole days in a time zone."""

    on: date
    """Its first day."""
    last_day: date
    until_day: date
    """Its last day, or today where it has not ended."""
    start_at: datetime
    end_at: datetime
    is_partial: bool


def periods_until(
    now: datetime, zone: ZoneInfo, grain: Grain = Grain.MONTH, *, count: int | None = None
) -> list[Period]:
    """The whole periods before the running one, oldest first, and the running one."""
    today = now.astimezone(zone).date()
    running, many = first_day(today, grain), COUNTS[grain] if count is None else count
    periods = []
    for back in range(many, -1, -1):
        on = later(running, grain, -back)
        following = later(on, grain, 1)
        last, is_partial = following - timedelta(days=1), back == 0
        end_at = now if is_partial else start_of_day(following, zone)
        until = today if is_partial else last
        periods.append(Period(on, last, until, start_of_day(on, zone), end_at, is_partial))
    return periods


def first_day(day: date, grain: Grain) -> date:
    """The first day of the period that a day lies in; weeks begin on Monday."""
    match grain:
        case Grain.DAY:
            return day
        case Grain.WEEK:
            return day - timedelta(days=day.weekday())
        case Grain.MONTH:
            return day.replace(day=1)
        case Grain.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def number_of(first: date, grain: Grain) -> int:
    """The number of the period that begins on a day; those that follow one another count on."""
    match grain:
        case Grain.DAY:
            return first.toordinal()
        case Grain.WEEK:
            return first.toordinal() // 7
        case Grain.MONTH:
            return first.year * 12 + first.month
        case Grain.QUARTER:
            return first.year * 4 + (first.month - 1) // 3


def later(first: date, grain: Grain, by: int) -> date:
    """The first day of the period that lies `by` periods after the one that begins at `first`."""
    match grain:
        case Grain.DAY:
            return first + timedelta(days=by)
        case Grain.WEEK:
            return first + timedelta(weeks=by)
        case Grain.MONTH:
            return shift(first, by)
        case Grain.QUARTER:
            return shift(first, 3 * by)


def shift(first: date, by: int) -> date:
    """The first day of the month that lies `by` months after that of `first`."""
    total = first.year * 12 + first.month - 1 + by
    return date(total // 12, total % 12 + 1, 1)
