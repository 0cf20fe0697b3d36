"""Opens a file by what is in it, whatever it is called."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from connectors.kit.door import Spoken
from connectors.kit.sheets.csv_file import read_csv
from connectors.kit.sheets.header import table
from connectors.kit.sheets.line import BadSheet, Line

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK"
_PARQUET = b"PAR1"


def lines(path: Path, *, sheet: str | None = None) -> Iterator[Line]:
    """The lines of a table, with those that cannot be used and those that are sums of others.

    Raises BadSheet when the file is no table, perhaps only after many lines of it.
    """
    head = _head(path)
    if head.startswith(_PARQUET):
        from connectors.kit.sheets.parquet_file import read_rows  # noqa: PLC0415 - heavy

        return read_rows(path)
    if head.startswith(_ZIP):
        from connectors.kit.sheets.xlsx_file import read_xlsx  # noqa: PLC0415 - heavy

        return table(read_xlsx(path, sheet), is_ragged=True)
    return table(read_csv(path), is_ragged=False)


def rows(path: Path, *, sheet: str | None = None) -> Iterator[Mapping[str, Any]]:
    """The rows of a table by the names of its columns, without sums; a line that cannot be used
    ends it with BadSheet."""
    for line in lines(path, sheet=sheet):
        if line.trouble:
            raise BadSheet(f"line {line.number}: {line.trouble}")
        if not line.is_total:
            yield line.cells


def _head(path: Path) -> bytes:
    """The first bytes of the file; refuses what people take for a sheet and is none."""
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except FileNotFoundError as error:
        raise BadSheet(Spoken("there is no such file", "такого файла нет")) from error
    except OSError as error:
        raise BadSheet(f"the file cannot be opened: {error.strerror}") from error
    if head.startswith(_OLD_EXCEL):
        raise BadSheet(
            Spoken(
                "this is a sheet of the old kind (XLS) or under a password; save it as XLSX",
                "это таблица старого вида (XLS) или под паролем; сохраните её как XLSX",
            )
        )
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<html", b"<!doctype", b"<?xml")):
        raise BadSheet(
            Spoken(
                "this is a web page and no sheet; open it and save it as XLSX or CSV",
                "это веб-страница, а не таблица; откройте её и сохраните как XLSX или CSV",
            )
        )
    return head
