"""Months as people write them: `ноябрь 2026`, `Nov 2026`, `ноя.26`."""

import re
from datetime import date, tzinfo
from typing import Any

from connectors.kit import values

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


def first_day(value: Any, zone: tzinfo) -> date | None:
    """The first day of the month that is written in words, or that a day is in.

    Raises BadRecord for what is neither; None for what says nothing.
    """
    if isinstance(value, str) and (parts := _parts(value)):
        month, digits = parts
        return date(values.year(digits), month, 1)
    day = values.day(value, zone)
    return None if day is None else day.replace(day=1)


def is_in_words(text: str) -> bool:
    """Whether this is a month in words, with its year."""
    return _parts(text) is not None


def _parts(text: str) -> tuple[int, str] | None:
    """Which month, and the digits of the year; its name may be cut off."""
    found = _WRITTEN.fullmatch(text.strip().casefold())
    if found is None:
        return None
    word, digits = found.groups()
    for number, names in enumerate(_NAMES, 1):
        if any(name.startswith(word) for name in names):
            return number, digits
    return None
