"""A table as CSV: as the spreadsheets of a language read it, or plainly, for programs."""

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import TextIOWrapper
from typing import IO, Any

from kam_sync.base.settings import Locale
from kam_sync.web.pages.exporting.safe import harmless
from kam_sync.web.pages.exporting.table import Cell, Column, Kind, Table
from kam_sync.web.wording.language import Language

_DIALECTS: Mapping[Locale, tuple[str, str]] = {Locale.RU: (";", ","), Locale.EN: (",", ".")}
"""What stands between cells and before decimal places."""
_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it Excel takes UTF-8 for the code page of the machine."""
_NUMBERS = frozenset({Kind.NUMBER, Kind.MONEY, Kind.PERCENT})

Write = Callable[[Any], str]


def write_csv(table: Table, language: Language, out: IO[bytes], *, plain: bool = False) -> None:
    """Write a table row by row.

    Args:
        plain: for programs: commas and dots, keys for titles, times in UTC, no byte order mark.
    """
    separator, point = (",", ".") if plain else _DIALECTS[language.locale]
    text = TextIOWrapper(out, encoding="utf-8", newline="", write_through=False)
    if not plain:
        text.write(_MARK)
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow([one.key if plain else harmless(one.title) for one in table.columns])
    writes = [_writer(one, language, point, plain=plain) for one in table.columns]
    writer.writerows(_cells(row, writes) for row in table.rows)
    text.flush()
    text.detach()


def number(value: float | Decimal, point: str) -> str:
    """A number to its last place, without an exponent."""
    exact = Decimal(str(value))
    text = f"{exact.normalize() if exact else Decimal(0):f}"
    return text.replace(".", point)


def _cells(row: Sequence[Cell], writes: Sequence[Write]) -> list[str]:
    return ["" if cell is None else write(cell) for cell, write in zip(row, writes, strict=True)]


def _writer(column: Column, language: Language, point: str, *, plain: bool) -> Write:
    """How the cells of a column are written."""
    if column.kind in _NUMBERS:
        return lambda cell: number(cell, point)
    if column.kind is Kind.DAY:
        return date.isoformat
    if column.kind is Kind.TIME:
        return _utc if plain else lambda cell: _local(cell, language)
    return lambda cell: harmless(str(cell))


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _local(moment: datetime, language: Language) -> str:
    """As spreadsheets of all languages read it, by the clock of the installation."""
    return f"{moment.astimezone(language.zone):%Y-%m-%d %H:%M:%S}"
