"""Five cron fields as Unix reads them; APScheduler counts the days of the week from Monday."""

import re
from datetime import UTC

from apscheduler.triggers.cron import CronTrigger

from kam_sync.base.errors import WrongUse

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_PART = re.compile(r"(?P<first>\*|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>[1-9]\d*))?")


def trigger_of(cron: str) -> CronTrigger:
    """A trigger over wall clock time; WrongUse says what is wrong with the fields."""
    fields = cron.split()
    if len(fields) != 5:
        raise WrongUse(
            f"cron {cron!r}: five fields are needed: minute, hour, day of the month, month, "
            'weekday; e.g. "30 2 * * 1-5"'
        )
    minute, hour, day, month, weekday = fields
    if day != "*" and weekday != "*":
        raise WrongUse(f"cron {cron!r}: give a day of the month or a weekday, not both")
    try:
        return CronTrigger(
            minute=minute, hour=hour, day=day, month=month, timezone=UTC,
            day_of_week="*" if weekday == "*" else ",".join(_DAYS[d] for d in weekdays(weekday)),
        )  # fmt: skip
    except ValueError as error:
        raise WrongUse(f"cron {cron!r}: {error}") from error


def weekdays(field: str) -> list[int]:
    """The weekdays of a field, Sunday is 0; ValueError when it is not one."""
    return sorted({day % 7 for part in field.lower().split(",") for day in _days(part)})


def _days(part: str) -> range:
    found = _PART.fullmatch(part)
    if found is None:
        raise ValueError(f"{part!r} is no weekday")
    if found["first"] == "*":
        first, last = 0, 6
    else:
        first = _day(found["first"])
        last = _day(found["last"]) if found["last"] else (6 if found["step"] else first)
        last += 7 if last < first else 0  # fri-mon goes on over the end of the week
    return range(first, last + 1, int(found["step"] or 1))


def _day(text: str) -> int:
    if text in _DAYS:
        return _DAYS.index(text)
    if text.isdecimal() and int(text) <= 7:
        return int(text)
    raise ValueError(f"{text!r} is no weekday")
