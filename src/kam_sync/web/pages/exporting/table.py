"""What a table is, whatever file it becomes: a name, columns, and rows that come one by one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

_Item = TypeVar("_Item")

Cell = str | int | float | Decimal | date | datetime | None
Cells = Sequence[Cell]
"""The cells in the order of the columns; None where nothing is known."""

AT_ONCE = 1000
"""So many rows are read from the database at a time."""


class Kind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    """Counted in percent: 12.5 is an eighth."""
    DAY = "day"
    TIME = "time"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `key` for programs, `title` for people."""

    key: str
    title: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is written: its title stands on the sheet and in the name of the file."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Cells]


def paged(
    read: Callable[[_Item | None], Sequence[_Item]],
) -> Iterator[_Item]:
    """All items of a list that is read page by page, each page after the last item of the one
    before."""
    last: _Item | None = None
    while found := read(last):
        yield from found
        if len(found) < AT_ONCE:
            return
        last = found[-1]


def skipped(read: Callable[[int], tuple[Sequence[_Item], bool]]) -> Iterator[_Item]:
    """The same of a list that is read by how many to skip, and says whether there are more."""
    seen, has_more = 0, True
    while has_more:
        found, has_more = read(seen)
        yield from found
        seen += len(found)
