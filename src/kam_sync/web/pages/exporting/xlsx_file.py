"""A table as XLSX: real numbers and real dates, the header stays in sight."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from kam_sync.base.errors import WrongUse
from kam_sync.web.pages.exporting.safe import writable
from kam_sync.web.pages.exporting.table import Cells, Column, Kind, Table
from kam_sync.web.wording.language import Language

MOST_ROWS = 1_048_575
"""A sheet has one more: the header."""
_FORMATS: Mapping[Kind, str] = {
    Kind.NUMBER: "#,##0.####",
    Kind.MONEY: "#,##0.00",
    Kind.PERCENT: "0.0%",
    Kind.DAY: "yyyy-mm-dd",
    Kind.TIME: "yyyy-mm-dd hh:mm",
}
_WIDTHS: Mapping[Kind, int] = {
    Kind.TEXT: 24, Kind.NUMBER: 12, Kind.MONEY: 16, Kind.PERCENT: 10, Kind.DAY: 12, Kind.TIME: 18,
    Kind.LINK: 40,
}  # fmt: skip
_NO_TITLE = re.compile(r"[\[\]:*?/\\]")
_MOST_TITLE = 31

Make = Callable[[Any], Any]


def write_xlsx(table: Table, language: Language, out: IO[bytes], *, most: int = MOST_ROWS) -> None:
    """Write a table row by row; raises WrongUse where a sheet cannot hold it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_NO_TITLE.sub(" ", writable(table.title))[:_MOST_TITLE].strip(" '"))
    sheet.freeze_panes = "A2"
    for place, column in enumerate(table.columns, start=1):
        wide = max(_WIDTHS[column.kind], min(len(column.title) + 2, 40))
        sheet.column_dimensions[get_column_letter(place)].width = wide
    try:
        _append(sheet, table, language, most)
        book.save(out)
    except BaseException:
        if not sheet.closed:
            sheet.close()
        sheet._writer.cleanup()  # noqa: SLF001 - else its temporary file stays until the process ends
        raise


def _append(sheet: Any, table: Table, language: Language, most: int) -> None:
    sheet.append([_title(sheet, column) for column in table.columns])
    makes = [_maker(sheet, column, language) for column in table.columns]
    for count, row in enumerate(table.rows, start=1):
        if count > most:
            raise WrongUse(
                f"export: there are more than {most} rows, and a sheet holds no more; take CSV,"
                " or filter"
            )
        sheet.append(_cells(row, makes))


def _cells(row: Cells, makes: list[Make]) -> list[Any]:
    return [None if cell is None else make(cell) for cell, make in zip(row, makes, strict=True)]


def _title(sheet: Any, column: Column) -> Any:
    cell = _filled(WriteOnlyCell(sheet), column.title)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _maker(sheet: Any, column: Column, language: Language) -> Make:
    """How the cells of a column are made: one cell, written anew for each row, for thousands of
    them are what takes the time."""
    cell = WriteOnlyCell(sheet)
    if column.kind in {Kind.TEXT, Kind.LINK}:
        return lambda text: _filled(cell, str(text))
    value = _value(column.kind, language)
    cell.number_format = _FORMATS[column.kind]

    def make(known: Any) -> Any:
        cell.value = value(known)
        return cell

    return make


def _value(kind: Kind, language: Language) -> Make:
    """What stands in a cell that is no text."""
    if kind is Kind.PERCENT:
        return lambda cell: Decimal(str(cell)) / 100
    if kind is Kind.TIME:  # a sheet knows no time zones
        return lambda cell: cell.astimezone(language.zone).replace(tzinfo=None)
    return lambda cell: cell


def _filled(cell: Any, text: str) -> Any:
    cell.value = writable(text) or None
    if cell.value is None:
        return None
    cell.data_type = "s"  # also what begins like a formula, or reads like an error
    return cell
