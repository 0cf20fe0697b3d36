"""Tables in XLSX files: values as they were last worked out, never a formula, within limits."""

import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS

from connectors.kit.door import Spoken
from connectors.kit.sheets.header import Numbered
from connectors.kit.sheets.line import BadSheet, plain

_MOST_UNPACKED = 4 * 2**30
_MOST_TEXTS = 64 * 2**20
"""Of all different texts of a sheet, which are held in memory."""
_MOST_PACKED = 200
"""A sheet of real rows shrinks to a tenth or a thirtieth; a bomb to a thousandth."""
_SMALL = 64 * 2**20
_BROKEN = (
    BadZipFile, ParseError, KeyError, ValueError, TypeError, OSError, EOFError, IndexError,
    zlib.error, RuntimeError, NotImplementedError, OverflowError,
)  # fmt: skip


def read_xlsx(path: Path, sheet: str | None) -> Iterator[Numbered]:
    """The rows of a sheet, of the first one that is not hidden when none is named."""
    number = 0
    _look_inside(path)
    try:
        with path.open("rb") as file, closing(_book(file)) as book:
            page = _page(book, sheet)
            page.reset_dimensions()  # some programs write wrong ones
            for cells in _rows(book, page):
                number += 1
                yield number, [plain(cell) for cell in cells]
    except _BROKEN as error:
        where = f"row {number + 1}" if number else "the file"
        raise BadSheet(f"{where} cannot be read as a sheet; save the file as XLSX anew") from error


def _rows(book: Any, page: Any) -> Iterator[Sequence[Any]]:
    """The values of each row; what the sheet shows as percent is a text with its sign.

    A cell that shows 60 % holds 0.6, and nobody who looks at the sheet could know.
    """
    if not any("%" in form for form in _forms(book)):  # to look at each cell's form takes long
        yield from page.iter_rows(values_only=True)
        return
    for cells in page.iter_rows():
        yield [_shown(cell.value, cell.number_format) for cell in cells]


def _forms(book: Any) -> Iterator[str]:
    """The number formats that cells of a book may have."""
    for style in book._cell_styles:  # noqa: SLF001 - there is no public way to them
        yield BUILTIN_FORMATS.get(style.numFmtId, "")
    yield from book._number_formats  # noqa: SLF001 - as above


def _shown(value: Any, form: str) -> Any:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return f"{round(100 * value, 6):.15g}%" if is_number and "%" in form else value


def _book(file: IO[bytes]) -> Any:
    with warnings.catch_warnings():  # styles and charts that it leaves out
        warnings.simplefilter("ignore")
        return load_workbook(file, read_only=True, data_only=True, keep_links=False)


def _look_inside(path: Path) -> None:
    """Refuse what would fill the memory or the day."""
    try:
        with ZipFile(path) as packed:
            parts = packed.infolist()
    except BadZipFile as error:
        raise BadSheet("the file is broken: it has no end; send it anew") from error
    total = sum(part.file_size for part in parts)
    texts = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
    is_bomb = total > max(_SMALL, _MOST_PACKED * path.stat().st_size)
    if total > _MOST_UNPACKED or texts > _MOST_TEXTS or is_bomb:
        raise BadSheet(f"the sheet unpacks to {total // 2**20} MiB; save it as CSV or in parts")


def _page(book: Any, sheet: str | None) -> Any:
    pages = {page.title: page for page in book.worksheets}
    if sheet is not None and sheet not in pages:
        there = ", ".join(pages)
        raise BadSheet(
            Spoken(
                f"there is no sheet “{sheet}”; there are: {there}",
                f"листа «{sheet}» нет; есть: {there}",
            )
        )
    seen = [page for page in pages.values() if page.sheet_state == "visible"]
    if sheet is None and not seen:
        raise BadSheet(
            Spoken("the file has no sheet that is not hidden", "в файле все листы скрыты")
        )
    return seen[0] if sheet is None else pages[sheet]
