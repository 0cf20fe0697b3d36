"""Writes the rows of a part of a view into a file: Parquet or CSV."""

from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from kam_sync.open_data.model import Type, View

if TYPE_CHECKING:
    from arro3.core import DataType

_ROWS_AT_ONCE = 65_536
_BUFFER = 1 << 20


class Format(StrEnum):
    """What files are written as."""

    PARQUET = "parquet"
    CSV = "csv"


def shape(view: View, of: Format) -> str:
    """Another text when the files of a view are to look otherwise."""
    said = "\n".join((of, *(f"{one.name} {one.type}" for one in view.columns)))
    return sha256(said.encode()).hexdigest()[:16]


def write_file(view: View, of: Format, path: Path, lines: Iterable[bytes]) -> int:
    """Write a file of lines of CSV; how many there were is returned."""
    plain = path if of is Format.CSV else path.with_suffix(".rows")
    count = 0
    with plain.open("wb", buffering=_BUFFER) as file:
        if of is Format.CSV:
            file.write(",".join(column.name for column in view.columns).encode() + b"\n")
        for line in lines:
            file.write(line)
            count += 1
    if of is Format.PARQUET:
        _to_parquet(view, plain, path)
        plain.unlink()
    return count


def _to_parquet(view: View, plain: Path, path: Path) -> None:
    """Batch after batch, so that no month is too large for the memory."""
    from arro3.core import Field, Schema  # noqa: PLC0415 - a large library, for who exports
    from arro3.io import read_csv, write_parquet  # noqa: PLC0415 - as above

    types = _types()
    schema = Schema([Field(one.name, types[one.type]) for one in view.columns])
    write_parquet(
        read_csv(plain, schema, has_header=False, batch_size=_ROWS_AT_ONCE),
        path, compression="zstd(3)", max_row_group_size=2 * _ROWS_AT_ONCE,
    )  # fmt: skip


def _types() -> "dict[Type, DataType]":
    from arro3.core import DataType  # noqa: PLC0415 - as above

    return {
        Type.TEXT: DataType.utf8(),
        Type.UUID: DataType.utf8(),
        Type.INTEGER: DataType.int32(),
        Type.BIGINT: DataType.int64(),
        Type.NUMBER: DataType.decimal128(30, 4),
        Type.RATE: DataType.decimal128(30, 10),
        Type.DOUBLE: DataType.float64(),
        Type.BOOLEAN: DataType.bool(),
        Type.DATE: DataType.date32(),
        Type.MOMENT: DataType.timestamp("us", tz="UTC"),
    }
