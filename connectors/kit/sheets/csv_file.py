"""Tables in text files: in which encoding, parted by what, and their cells."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from connectors.kit.door import Spoken
from connectors.kit.sheets.header import Numbered
from connectors.kit.sheets.line import BadSheet

_DELIMITERS = ";,\t|"
_SAMPLE = 65_536
_CHUNK = 1_048_576
_LONGEST = 1_048_576
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def read_csv(path: Path) -> Iterator[Numbered]:
    """The lines of a text; a line that cannot be read is told, and the next one goes on."""
    encoding = _encoding(path)
    number = 0
    with path.open(encoding=encoding, newline="") as file:
        try:
            delimiter, skipped = _delimiter(file)
            reader = csv.reader(_lines(file), delimiter=delimiter, strict=True)
            while True:
                number = skipped + reader.line_num + 1
                try:
                    cells = next(reader, None)
                except csv.Error as error:
                    yield number, _said(error)
                    continue
                if cells is None:
                    return
                yield number, [cell.strip() or None for cell in cells]
        except UnicodeDecodeError as error:
            raise BadSheet(
                f"line {number} or a little below: this is neither UTF-8 nor Windows-1251; "
                "save the file as CSV UTF-8"
            ) from error


def _encoding(path: Path) -> str:
    """By the mark at its beginning, else UTF-8 if all of it is, else Windows-1251."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        head = file.read(_CHUNK)
        for mark, encoding in _BOMS.items():
            if head.startswith(mark):
                return encoding
        if b"\0" in head:
            raise BadSheet("this is no table: neither a text nor a sheet (XLSX) nor a Parquet")
        try:
            while head:
                decoder.decode(head)
                head = file.read(_CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1251"
    return "utf-8"


def _delimiter(file: IO[str]) -> tuple[str, int]:
    """What parts the cells, and how many lines to pass over; the file stands after them."""
    first = file.readline(_LONGEST)
    said = first.strip().casefold()
    if said.startswith("sep=") and len(said) == len("sep=;"):  # a word to Excel
        return said[-1], 1
    file.seek(0)
    sample = file.read(_SAMPLE)
    file.seek(0)
    whole = sample[: sample.rfind("\n") + 1] or sample
    return max(_DELIMITERS, key=lambda mark: _evenness(whole, mark)), 0


def _evenness(sample: str, mark: str) -> tuple[float, int]:
    """How many of the lines have as many cells as most have; 0 when that is one."""
    widths: Counter[int] = Counter()
    with suppress(csv.Error):
        widths.update(
            len(cells) for cells in csv.reader(sample.splitlines(keepends=True), delimiter=mark)
        )
    widths.pop(0, None)
    several = [(count, width) for width, count in widths.items() if width > 1]
    if not several:
        return 0.0, 0
    count, width = max(several)
    return count / widths.total(), width


def _lines(file: IO[str]) -> Iterable[str]:
    """Line by line, so that a file without any end of line does not fill the memory."""
    while line := file.readline(_LONGEST):
        if len(line) == _LONGEST:
            raise BadSheet(f"a line has more than {_LONGEST} characters: this is no table")
        yield line


def _said(error: csv.Error) -> str:
    """The trouble with a line, for people."""
    if "expected after" in str(error):
        return Spoken(
            "something stands behind a closing quote; a quote inside a cell is written twice",
            "после закрывающей кавычки что-то стоит; кавычка внутри ячейки пишется дважды",
        )
    if "field larger" in str(error) or "unexpected end" in str(error):
        return Spoken("a quote is opened here and not closed", "кавычка открыта и не закрыта")
    return Spoken(f"it cannot be read ({error})", f"не читается ({error})")
