"""Reads days and times, and months in words, as people and CRMs write them; says what is wrong."""

import re
from datetime import UTC, date, datetime
from typing import Any

from connectors.kit import pick
from connectors.kit.door import Spoken
from connectors.kit.errors import BadRecord

_RUSSIAN = re.compile(
    r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?)?"
)
_ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:\D.*)?")
_FIRST_SECONDS = 10**8
"""Unix seconds of 1973: smaller numbers are something else."""
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC).timestamp()
_LATEST = datetime(2200, 1, 1, tzinfo=UTC).timestamp()
_LARGEST_EXACT = 2**53
_NAMES = (
    ("январь", "января", "january"),
    ("февраль", "февраля", "february"),
    ("март", "марта", "march"),
    ("апрель", "апреля", "april"),
    ("май", "мая", "may"),
    ("июнь", "июня", "june"),
    ("июль", "июля", "july"),
    ("август", "августа", "august"),
    ("сентябрь", "сентября", "september"),
    ("октябрь", "октября", "october"),
    ("ноябрь", "ноября", "november"),
    ("декабрь", "декабря", "december"),
)
_WRITTEN = re.compile(r"([^\W\d_]{3,})\.?[\s,-]*(\d{4}|\d{2})(?:\s*(?:года?|г\.?))?")


def read(value: Any, form: str | None) -> datetime | None:
    """A time as it is written, perhaps without a zone; None for what says nothing."""
    match value:
        case None | "" | 0:
            return None
        case datetime():
            return value
        case date():
            return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the caller knows it
        case bool():
            pass
        case int() | float():
            return _unix(float(value) if abs(value) < _LARGEST_EXACT else 0.0, value)
        case str():
            return _written(value.strip(), form)
        case _:
            pass
    raise BadRecord(_no_time(value))


def year(digits: str) -> int:
    """A year of four digits, or of two: 00 to 49 are of this century, 70 to 99 of the last."""
    if len(digits) == 4:
        return int(digits)
    if "50" <= digits < "70":
        raise BadRecord(
            Spoken(
                f"a time is needed, and the year {digits} may be of two centuries: write four "
                "digits",
                f"нужна дата, а год {digits} может быть в двух столетиях: напишите четыре цифры",
            )
        )
    return int(digits) + (2000 if digits < "50" else 1900)


def far(value: Any) -> Spoken:
    """What is said of a time that nobody can mean."""
    shown = pick.shown(value)
    return Spoken(
        f"{shown} is no time between 1900 and 2200", f"{shown}: дата не между 1900 и 2200 годом"
    )


def month_in_words(text: str) -> tuple[int, str] | None:
    """Which month, and the digits of the year; its name may be cut off."""
    found = _WRITTEN.fullmatch(text.strip().casefold())
    if found is None:
        return None
    word, digits = found.groups()
    for number, names in enumerate(_NAMES, 1):
        if any(name.startswith(word) for name in names):
            return number, digits
    return None


def _unix(seconds: float, value: Any) -> datetime:
    if abs(seconds) < _FIRST_SECONDS:  # a day as sheets count them, or a year
        shown = pick.shown(value)
        raise BadRecord(
            Spoken(
                f"a time is needed, got the number {shown}", f"нужна дата, а стоит число {shown}"
            )
        )
    if abs(seconds) > _LATEST:
        seconds /= 1000
    if not _EARLIEST <= seconds <= _LATEST or not seconds:
        raise BadRecord(far(value))
    return datetime.fromtimestamp(seconds, UTC)


def _written(said: str, form: str | None) -> datetime | None:
    if not said or said == "0":
        return None
    try:
        if form is not None:
            return datetime.strptime(said, form)  # noqa: DTZ007 - the caller knows the zone
        if found := _RUSSIAN.fullmatch(said):
            day_, month, _, hour, minute, second = (int(part or 0) for part in found.groups())
            parts = (year(found[3]), month, day_, hour, minute, second)
            return datetime(*parts)  # noqa: DTZ001 - the caller knows the zone
        if said.isdecimal() and 9 <= len(said) <= 13:
            return _unix(float(said), said)
        return datetime.fromisoformat(said)
    except ValueError as error:
        raise BadRecord(_unreadable(said)) from error


def _is_no_day(said: str) -> bool:
    """Whether it is written as a day, but the month is not that long."""
    if found := _RUSSIAN.fullmatch(said):
        day, month, digits = int(found[1]), int(found[2]), found[3]
        parts = year(digits), month, day
    elif found := _ISO_DAY.fullmatch(said):
        parts = int(found[1]), int(found[2]), int(found[3])
    else:
        return False
    try:
        date(*parts)
    except ValueError:
        return True
    return False


def _no_time(value: Any) -> Spoken:
    shown = pick.shown(value)
    return Spoken(f"a time is needed, got {shown}", f"нужна дата, а стоит {shown}")


def _unreadable(said: str) -> Spoken:
    """Why a text is no time: a day that there is not, a month alone, or something else."""
    shown = pick.shown(said)
    if _is_no_day(said):
        return Spoken(f"there is no such day: {shown}", f"такого дня нет: {shown}")
    if month_in_words(said):
        return Spoken(
            f"a day is needed, and {shown} is a month", f"нужен день, а {shown} это месяц"
        )
    return _no_time(said)
