"""A line of a table in a file, and the complaint about a file that is none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import orjson

from connectors.kit.errors import NeedsPerson


class BadSheet(NeedsPerson):
    """This file cannot be read as a table; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line below the names of the columns."""

    number: int
    """As people see it: the line of a text, the row of a sheet, the how-manieth of a Parquet."""
    cells: Mapping[str, Any]
    """Column -> text, number, yes or no, or None; times and dates as ISO 8601 texts."""
    trouble: str = ""
    """Why the line cannot be used."""
    is_total: bool = False
    """A sum of the lines above it."""


def plain(value: Any) -> Any:
    """A cell as JSON can hold it; None for an empty one."""
    said = _SAID.get(type(value))
    return said(value) if said else orjson.dumps(value, default=str).decode()


def _same(value: Any) -> Any:
    return value


def _text(value: str) -> str | None:
    return value.strip() or None


def _number(value: float) -> int | float | None:
    if value.is_integer() and abs(value) < 2**53:  # an INN that a sheet holds as a number
        return int(value)
    return value if abs(value) < float("inf") else None


def _moment(value: datetime) -> str:
    is_day = value.timetz() == time()  # a sheet has no dates, only midnights
    return (value.date() if is_day else value).isoformat()


_SAID: Mapping[type, Callable[[Any], Any]] = {
    str: _text,
    int: _same,
    bool: _same,
    type(None): _same,
    float: _number,
    datetime: _moment,
    date: date.isoformat,
    time: time.isoformat,
    Decimal: str,
    bytes: bytes.hex,
}
