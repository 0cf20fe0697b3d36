"""Files that are small and would fill the memory or the day when they are read."""

import gzip
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import arro3.core
import arro3.io
import openpyxl
import pytest

from connectors.kit.sheets import BadSheet, csv_file, header, parquet_file, rows, xlsx_file

ROWS, KINDS = "xl/worksheets/sheet1.xml", "[Content_Types].xml"
MIB = 2**20

Change = Callable[[str, bytes], bytes]


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Change], Path]:
    """A small sheet whose parts were changed."""
    plain, path = tmp_path / "plain.xlsx", tmp_path / "changed.xlsx"
    book = openpyxl.Workbook()
    for cells in (["Клиент", "Сумма"], ["Ромашка", 1]):
        book.active.append(cells)
    book.save(plain)

    def change(how: Change) -> Path:
        with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", 8) as new:
            for part in old.infolist():
                new.writestr(part.filename, how(part.filename, old.read(part)))
        return path

    return change


@contextmanager
def frugal(most: int) -> Iterator[None]:
    """What is done within holds no more memory than that."""
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < most


def in_rows(before: bytes, after: bytes) -> Change:
    return lambda name, text: text.replace(before, after, 1) if name == ROWS else text


def test_a_row_without_an_end_is_not_held(
    changed: Callable[[Change], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_file, "_LONGEST_ROW", MIB)
    path = changed(in_rows(b"</row>", b"<c><v>1</v></c>" * 3_000_000 + b"</row>"))
    with frugal(64 * MIB), pytest.raises(BadSheet, match="a row has more in it"):
        list(rows(path))


@pytest.mark.parametrize(("most", "said"), [("_MOST_ROWS", "rows"), ("_MOST_CELLS", "cells")])
def test_a_row_far_below_the_others_does_not_take_the_day(
    changed: Callable[[Change], Path], monkeypatch: pytest.MonkeyPatch, most: str, said: str
) -> None:
    monkeypatch.setattr(xlsx_file, most, 1000)
    path = changed(in_rows(b'<row r="2"', b'<row r="900000000"'))
    if said == "cells":
        path = changed(in_rows(b'r="B2"', b'r="ZZZ2"'))
    with pytest.raises(BadSheet, match=said):
        list(rows(path))


def test_texts_that_are_called_like_rows_are_found(changed: Callable[[Change], Path]) -> None:
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    more = b'<Override PartName="/xl/worksheets/a.xml" ContentType="' + kind + b'"/></Types>'
    path = changed(lambda name, text: text.replace(b"</Types>", more) if name == KINDS else text)
    with pytest.raises(BadSheet, match="said to be something else"):
        list(rows(path))


def test_styles_and_whatever_else_is_held_are_limited(changed: Callable[[Change], Path]) -> None:
    filler = b"<!--" + bytes(65 * MIB) + b"-->"
    path = changed(lambda name, text: text + filler if name == "xl/styles.xml" else text)
    with frugal(16 * MIB), pytest.raises(BadSheet, match="unpacks to 65 MiB"):
        list(rows(path))


def test_a_hundred_thousand_parts_are_not_even_listed(tmp_path: Path) -> None:
    path = tmp_path / "parts.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        for at in range(20_000):
            packed.writestr(f"xl/{at:030}", b"")
    with frugal(8 * MIB), pytest.raises(BadSheet, match="thousands of parts"):
        list(rows(path))


@pytest.mark.parametrize("name", [ROWS, "xl/workbook.xml", KINDS])
def test_entities_that_unfold_are_refused(changed: Callable[[Change], Path], name: str) -> None:
    laughs = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    head = b'<!DOCTYPE x [<!ENTITY a0 "ha">' + laughs + b"]>"
    path = changed(
        lambda part, text: (
            head + text.split(b"?>", 1)[-1].replace(b">1<", b">&a9;<") if part == name else text
        )
    )
    with frugal(32 * MIB), pytest.raises(BadSheet):
        list(rows(path))


def test_a_sheet_within_a_sheet_is_a_file_like_another(
    changed: Callable[[Change], Path], tmp_path: Path
) -> None:
    inner = changed(lambda _name, text: text).read_bytes()
    packed = tmp_path / "packed.csv"
    for body in (gzip.compress(inner), b"\x1f\x8b\x08"):
        packed.write_bytes(body)
        with pytest.raises(BadSheet):
            list(rows(packed))


def test_lines_cells_and_columns_without_an_end_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("a;b\n" + "x" * (2 * MIB))
    with frugal(32 * MIB), pytest.raises(BadSheet, match="a line has more than"):
        list(rows(path))
    path.write_text('a;b\n"' + ("x" * 1000 + "\n") * 1000)
    with frugal(32 * MIB), pytest.raises(BadSheet, match="quote is opened"):
        list(rows(path))
    path.write_text(";".join(f"c{at}" for at in range(header.MOST_COLUMNS + 1)) + "\n1\n")
    with pytest.raises(BadSheet, match="columns"):
        list(rows(path))
    assert csv_file._LONGEST == MIB


def test_a_parquet_of_one_value_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_file, "_MOST_ROWS", 10_000)
    path = tmp_path / "rows.parquet"
    many = arro3.core.Array([7] * 20_000, arro3.core.DataType.int64())
    arro3.io.write_parquet(arro3.core.Table.from_arrays([many], names=["a"]), str(path))
    with pytest.raises(BadSheet, match="more than 10000 rows"):
        list(rows(path))
