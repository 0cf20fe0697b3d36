"""Tables in XLSX files: values as they were last worked out, never a formula, within limits."""

import re
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, Any, Self
from xml.etree.ElementTree import ParseError  # what defusedxml raises  # nosec B405
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.xml.functions import fromstring

from connectors.kit.door import Spoken
from connectors.kit.sheets.header import Numbered
from connectors.kit.sheets.line import BadSheet, plain

_MOST_UNPACKED = 4 * 2**30
_MOST_HELD = 64 * 2**20
"""Of texts, styles and all else that is held in memory, which is all but rows."""
_ROWS = re.compile(r"xl/worksheets/[^/]+\.xml")
_MOST_ROWS = 1_048_576
_MOST_CELLS = 100_000_000
_LONGEST_ROW = 32 * 2**20
_MOST_LISTED = 2**20
_KINDS = "[Content_Types].xml"
_END, _LONGEST_END = b"PK\5\6", 2**16 + 22
_MOST_PACKED = 200
"""A sheet of real rows shrinks to a tenth or a thirtieth; a bomb to a thousandth."""
_SMALL = 64 * 2**20
_BROKEN = (
    BadZipFile, ParseError, KeyError, ValueError, TypeError, OSError, EOFError, IndexError,
    zlib.error, RuntimeError, NotImplementedError, OverflowError,
)  # fmt: skip


def read_xlsx(path: Path, sheet: str | None) -> Iterator[Numbered]:
    """The rows of a sheet, of the first one that is not hidden when none is named."""
    number = size = 0
    _look_inside(path)
    try:
        with path.open("rb") as file:
            _refuse_hidden(file)
        with path.open("rb") as file, closing(_book(file)) as book:
            page = _page(book, sheet)
            page.reset_dimensions()  # some programs write wrong ones
            metered = _metered(page)
            for cells in _rows(book, page):
                number += 1
                metered.since = 0
                size += len(cells)
                if number > _MOST_ROWS or size > _MOST_CELLS:
                    raise BadSheet(
                        f"there are more than {_MOST_ROWS} rows or {_MOST_CELLS} cells; save it "
                        "in parts"
                    )
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
    if _size_of_list(path) > _MOST_LISTED:
        raise BadSheet("the file holds thousands of parts, as no sheet does; save it as XLSX anew")
    try:
        with ZipFile(path) as packed:
            parts = packed.infolist()
    except BadZipFile as error:
        raise BadSheet("the file is broken: it has no end; send it anew") from error
    total = sum(part.file_size for part in parts)
    held = sum(part.file_size for part in parts if not _ROWS.fullmatch(part.filename))
    is_bomb = total > max(_SMALL, _MOST_PACKED * path.stat().st_size)
    if total > _MOST_UNPACKED or held > _MOST_HELD or is_bomb:
        raise BadSheet(f"the sheet unpacks to {total // 2**20} MiB; save it as CSV or in parts")


def _refuse_hidden(file: IO[bytes]) -> None:
    """Refuse what is called like rows and is held in memory after all, as texts or the like are."""
    with ZipFile(file) as packed, packed.open(_KINDS) as part:
        kinds = part.read(_MOST_LISTED)
    for one in fromstring(kinds):
        is_rows = _ROWS.fullmatch(one.get("PartName", "").lstrip("/"))
        if is_rows and "worksheet" not in one.get("ContentType", ""):
            raise BadSheet("its rows are said to be something else; save it as XLSX anew")


def _size_of_list(path: Path) -> int:
    """The bytes of the list of its parts, which is read as a whole when it is opened."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LONGEST_END))
        tail = file.read()
    at = tail.rfind(_END, 0, len(tail) - 18)  # its last 18 bytes are numbers
    return int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0


class _Metered:
    """A part that is read row by row; without the end of a row it is not read for ever.

    A row is held in memory as a whole, and nothing else says how long one may be.
    """

    def __init__(self, part: IO[bytes]) -> None:
        self._part = part
        self.since = 0
        """Bytes since the last row."""

    def read(self, size: int = -1) -> bytes:
        found = self._part.read(size)
        self.since += len(found)
        if self.since > _LONGEST_ROW:
            raise BadSheet("a row has more in it than any sheet can hold")
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._part.close()


def _metered(page: Any) -> _Metered:
    """The part that a sheet will be read from."""
    metered = _Metered(page._get_source())  # noqa: SLF001 - there is no public way to it
    page._get_source = lambda: metered  # noqa: SLF001 - as above
    return metered


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
