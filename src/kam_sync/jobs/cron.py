"""Five cron fields as Unix reads them; APScheduler counts the days of the week from Monday."""

import re
from collections.abc import Sequence
from datetime import UTC

from apscheduler.triggers.cron import CronTrigger

from kam_sync.base.errors import WrongUse

_FIELDS = (
    ("minute", "minute", "0 to 59"),
    ("hour", "hour", "0 to 23"),
    ("day", "day of the month", "1 to 31"),
    ("month", "month", "1 to 12"),
    ("", "weekday", "0 to 7 with Sunday as both, or mon to sun"),
)
"""The fields: what the trigger calls them, what people do, and what may stand there."""
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
        raise WrongUse(f"cron {cron!r}: {_wrong(fields)}") from error


def _wrong(fields: Sequence[str]) -> str:
    """Which field is wrong, and what would be right."""
    for text, (key, name, possible) in zip(fields, _FIELDS, strict=True):
        try:
            CronTrigger(**{key: text}, timezone=UTC) if key else weekdays(text)
        except ValueError:
            return (
                f"{text!r} is no {name}; it may be {possible}, or *, "
                "a range such as 1-5, a list such as 1,3 or steps such as */2"
            )
    return "these five fields do not go together"


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
