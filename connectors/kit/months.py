"""Months as people write them: `ноябрь 2026`, `Nov 2026`, `ноя.26`."""

from datetime import date, tzinfo
from typing import Any

from connectors.kit import moments, values


def first_day(value: Any, zone: tzinfo) -> date | None:
    """The first day of the month that is written in words, or that a day is in.

    Raises BadRecord for what is neither; None for what says nothing.
    """
    if isinstance(value, str) and (parts := moments.month_in_words(value)):
        month, digits = parts
        return date(moments.year(digits), month, 1)
    day = values.day(value, zone)
    return None if day is None else day.replace(day=1)


def is_in_words(text: str) -> bool:
    """Whether this is a month in words, with its year."""
    return moments.month_in_words(text) is not None
