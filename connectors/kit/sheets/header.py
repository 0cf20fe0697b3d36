"""Finds the names of the columns below the titles of a table, and holds each line against them."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

from connectors.kit.door import Spoken
from connectors.kit.sheets.line import BadSheet, Line

Numbered = tuple[int, Sequence[Any] | str]
"""The number of a line, and its cells or why they cannot be read."""

_LOOKED_AT = 30
"""How many lines may stand above the names of the columns, titles and blank ones."""
MOST_COLUMNS = 5_000
_FILLED = 0.75
"""Titles have a cell or two; names have nearly as many as the fullest line."""
_TOTAL = re.compile(
    r"((общий )?итог|итого|всего)( (по|за) .*)?:?|(grand |sub)?total( for .*)?:?", re.IGNORECASE
)
_FAULTS = frozenset({"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"})


def table(numbered: Iterator[Numbered], *, is_ragged: bool) -> Iterator[Line]:
    """The lines below the names of the columns.

    Args:
        is_ragged: a line may end early, as in a sheet; in a text it has lost something then.
    """
    first = list(islice(numbered, _LOOKED_AT))
    at = _header(first)
    number, cells = first[at]
    names = _names(number, cells)
    for number, cells in chain(first[at + 1 :], numbered):
        if isinstance(cells, str):
            yield Line(number, {}, cells)
        elif any(cell is not None for cell in cells):
            yield _line(number, cells, names, is_ragged=is_ragged)


def _header(first: Sequence[Numbered]) -> int:
    """Where among the first lines the names of the columns stand."""
    filled = [
        [] if isinstance(cells, str) else [cell for cell in cells if cell is not None]
        for _, cells in first
    ]
    width = max(map(len, filled), default=0)
    if not width:
        broken = next((f"line {at}: {cells}" for at, cells in first if isinstance(cells, str)), "")
        empty = Spoken(
            "the file is empty: there is no line in it", "файл пуст: в нём нет ни одной строки"
        )
        raise BadSheet(broken or empty)
    for at, cells in enumerate(filled):
        worded = sum(isinstance(cell, str) and any(map(str.isalpha, cell)) for cell in cells)
        if len(cells) >= width * _FILLED and worded * 2 >= len(cells):
            return at
    raise BadSheet(
        Spoken(
            f"no names of columns are found in the first {len(first)} lines; "
            "a line with the name of each column has to stand above the values",
            f"среди первых строк ({len(first)}) нет названий колонок; над значениями должна "
            "стоять строка с названием каждой колонки",
        )
    )


def _names(number: int, cells: Sequence[Any] | str) -> list[str | None]:
    """The names of the columns, None where a column has none."""
    names = [None if cell is None else " ".join(str(cell).split()) for cell in cells]
    while names and names[-1] is None:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise BadSheet(
            Spoken(
                f"line {number}: {len(names)} columns; {MOST_COLUMNS} at most are read",
                f"строка {number}: колонок {len(names)}; читается не больше {MOST_COLUMNS}",
            )
        )
    seen: dict[str, int] = {}
    for at, name in enumerate(names):
        if name is not None and seen.setdefault(name, at) != at:
            where = f"{letter(seen[name])} and {letter(at)}"
            raise BadSheet(
                Spoken(
                    f"line {number}: two columns are called “{name}” ({where})",
                    f"строка {number}: две колонки называются «{name}» ({where})",
                )
            )
    return names


def _line(
    number: int, cells: Sequence[Any], names: Sequence[str | None], *, is_ragged: bool
) -> Line:
    if len(cells) < len(names) and not is_ragged:
        trouble: str = Spoken(
            f"{len(cells)} cells, and there are {len(names)} columns",
            f"ячеек: {len(cells)}, а колонок: {len(names)}",
        )
    else:
        trouble = _trouble(cells, names)
    held = dict.fromkeys(name for name in names if name is not None)
    held.update((k, v) for k, v in zip(names, cells, strict=False) if k is not None)
    return Line(number, held, trouble, _is_total(cells))


def _trouble(cells: Sequence[Any], names: Sequence[str | None]) -> str:
    for at, cell in enumerate(cells):
        if cell is None:
            continue
        if at >= len(names) or names[at] is None:
            return Spoken(
                f"there is a value in column {letter(at)}, which has no name",
                f"значение в колонке {letter(at)}, а у неё нет имени",
            )
        if cell in _FAULTS:
            return Spoken(
                f"{names[at]}: the sheet could not work it out ({cell})",
                f"{names[at]}: таблица не смогла это вычислить ({cell})",
            )
    return ""


def _is_total(cells: Sequence[Any]) -> bool:
    """A sum of other lines begins with the word for it and leaves something out."""
    first = next(cell for cell in cells if cell is not None)
    return isinstance(first, str) and None in cells and bool(_TOTAL.fullmatch(first))


def letter(at: int) -> str:
    """The letters by which sheets call a column."""
    found = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        found = chr(ord("A") + rest) + found
    return found
