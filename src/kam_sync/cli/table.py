"""Tables for people: no word is broken; what has no room is left out, or stands line by line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

_GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column and what it is worth."""

    name: str
    is_number: bool = False
    rank: int = 0
    """Where there is no room, the highest ranks are left out first; 0 never is."""


def harmless(text: str) -> str:
    """What somebody out there wrote, without what a terminal would obey."""
    return "".join(char if char.isprintable() or char == "\n" else "�" for char in text)


def print_table(
    title: str, columns: Sequence[str | Column], rows: Iterable[Sequence[object]], *, to: Console
) -> None:
    """Print what has room, each column at least as wide as its longest word."""
    named = [c if isinstance(c, Column) else Column(c) for c in columns]
    cells = [[_said(cell) for cell in row] for row in rows]
    kept = _kept(named, cells, to.width)
    shown, texts = [named[at] for at in kept], [[row[at] for at in kept] for row in cells]
    widths = _widths(shown, texts, to.width)
    if sum(widths) + _GAP * len(widths) > to.width:
        _print_blocks(title, shown, texts, to)
        return
    table = Table(
        title=Text(harmless(title)),
        title_justify="left",
        box=None,
        header_style="bold",
        padding=(0, 1),
    )
    for column, width in zip(shown, widths, strict=True):
        justify: JustifyMethod = "right" if column.is_number else "left"
        table.add_column(column.name, width=width, justify=justify)
    for row in texts:
        table.add_row(*map(Text, row))
    to.print(table)


def _kept(columns: Sequence[Column], cells: Sequence[Sequence[str]], room: int) -> list[int]:
    """The places of the columns that there is room for."""
    least = [_least(column, [row[at] for row in cells]) for at, column in enumerate(columns)]
    kept = list(range(len(columns)))
    while sum(least[at] + _GAP for at in kept) > room:
        dearest = max(kept, key=lambda at: columns[at].rank)
        if not columns[dearest].rank:
            break
        kept.remove(dearest)
    return kept


def _widths(columns: Sequence[Column], texts: Sequence[Sequence[str]], room: int) -> list[int]:
    """As wide as the longest word, then the narrowest wish first as long as there is room."""
    cells = [[row[at] for row in texts] for at in range(len(columns))]
    widths = [_least(column, one) for column, one in zip(columns, cells, strict=True)]
    wishes = [
        max(map(cell_len, (column.name, *one))) for column, one in zip(columns, cells, strict=True)
    ]
    left = room - sum(widths) - _GAP * len(widths)
    for at in sorted(range(len(widths)), key=lambda at: wishes[at] - widths[at]):
        more = min(max(left, 0), wishes[at] - widths[at])
        widths[at] += more
        left -= more
    return widths


def _least(column: Column, cells: Sequence[str]) -> int:
    """The longest word; numbers are not parted from their units."""
    if column.is_number:
        return max(map(cell_len, (column.name, *cells)))
    return max(cell_len(word) for text in (column.name, *cells) for word in (text.split() or [""]))


def _print_blocks(
    title: str, columns: Sequence[Column], texts: Sequence[Sequence[str]], to: Console
) -> None:
    to.print(Text(harmless(title), style="bold"))
    for row in texts:
        for column, text in zip(columns, row, strict=True):
            if text:
                said = f"{column.name}: {text}" if column.name else text
                to.print(Text(f"  {said}"), soft_wrap=True)
        to.print()


def _said(cell: object) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case int():
            return f"{cell:,}"
        case _:
            return harmless(str(cell))
