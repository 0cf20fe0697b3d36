"""Tables in Parquet files."""

import os
from collections.abc import Iterator
from pathlib import Path

from arro3.io import read_parquet

from connectors.kit.sheets.line import BadSheet, Line, plain

_BATCH = 4096
_MOST_ROWS = 20_000_000
"""A column of one value takes a few bytes for as many rows as one likes."""
_MARK = b"PAR1"


def read_rows(path: Path) -> Iterator[Line]:
    """The rows of a Parquet, a batch of them in memory at a time."""
    _look_at_the_end(path)
    number = 0
    try:
        reader = read_parquet(path, batch_size=_BATCH)
        names = reader.schema.names
        for batch in reader:
            columns = [map(plain, column.to_pylist()) for column in batch.columns]
            for cells in zip(*columns, strict=True):
                number += 1
                _look_at_number(number)
                yield Line(number, dict(zip(names, cells, strict=True)))
    except BaseException as error:
        # The library has no class of its own for a broken file: a bare Exception, or a panic
        # of Rust, which is not even that.
        if type(error) is Exception or type(error).__name__ == "PanicException":
            where = f"row {number + 1} or a little below" if number else "the file"
            raise BadSheet(f"{where} is broken; write the Parquet anew") from error
        raise


def _look_at_number(number: int) -> None:
    if number > _MOST_ROWS:
        raise BadSheet(f"there are more than {_MOST_ROWS} rows; send it in parts")


def _look_at_the_end(path: Path) -> None:
    """What was cut off is told before the library falls over it."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - len(_MARK)))
        if size < 3 * len(_MARK) or file.read() != _MARK:
            raise BadSheet("the file is cut off: send it anew")
