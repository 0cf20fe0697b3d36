"""Goes over columns of sealed texts, whatever table they are in, and changes them row by row."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

_BATCH = 50
_PATIENCE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A table with sealed texts, and in which columns."""

    table: str
    key: str
    """Its primary key."""
    columns: tuple[str, ...]
    lists: tuple[str, ...] = ()
    """Columns with any number of sealed texts each."""


def sealed_texts(session: Session, of: Sealed) -> Iterator[str]:
    """All sealed texts of a table."""
    for row in session.execute(sa.select(*_columns(_rows(of), of))):
        for said in row:
            yield from _texts(said)


def change_sealed(
    session: Session, of: Sealed, after: Any, change: Callable[[str], str]
) -> Any | None:
    """Change the sealed texts of the next rows by key; the last key, None when there are no more.

    The rows are locked before they are read, so that what somebody stores at the same moment is
    either changed too, or stored over what was changed.
    """
    rows = _rows(of)
    key = rows.c[of.key]
    milliseconds = _PATIENCE // timedelta(milliseconds=1)
    session.execute(sa.text(f"SET LOCAL lock_timeout = {milliseconds}"))
    next_rows = sa.select(key, *_columns(rows, of)).order_by(key).limit(_BATCH)
    if after is not None:
        next_rows = next_rows.where(key > after)
    last = None
    for last, *before in session.execute(next_rows.with_for_update(key_share=True)).all():
        now = [_changed(said, change) for said in before]
        if now != before:
            values = dict(zip((*of.columns, *of.lists), now, strict=True))
            session.execute(sa.update(rows).where(key == last).values(values))
    return last


def _rows(of: Sealed) -> sa.TableClause:
    plain = [sa.column(name, sa.String()) for name in of.columns]
    lists = [sa.column(name, sa.JSON()) for name in of.lists]
    return sa.table(of.table, sa.column(of.key), *plain, *lists)


def _columns(rows: sa.TableClause, of: Sealed) -> list[sa.ColumnElement[Any]]:
    return [rows.c[name] for name in (*of.columns, *of.lists)]


def _texts(said: Any) -> list[str]:
    """Those in one cell; an empty text is nothing sealed."""
    return [one for one in (said if isinstance(said, list) else [said]) if one]


def _changed(said: Any, change: Callable[[str], str]) -> Any:
    if isinstance(said, list):
        return [one and change(one) for one in said]
    return said and change(said)
