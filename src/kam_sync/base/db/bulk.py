"""Bulk writes: COPY into a staging table, then one INSERT that changes only what differs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Merged:
    """How many rows a merge created and updated; the rest of those given were the same already."""

    created: int = 0
    updated: int = 0

    def __add__(self, other: "Merged") -> "Merged":
        return Merged(self.created + other.created, self.updated + other.updated)


def merge(
    session: Session,
    table: sa.Table,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    touch: Mapping[str, Any] | None = None,
    compare: Sequence[str] | None = None,
) -> Merged:
    """Bring rows into a table by its primary key, leaving alone those that say nothing new.

    Args:
        columns: the columns of `rows`, the whole primary key among them; no key twice.
        touch: columns that are set on each created or updated row only, by value or SQL expression.
        compare: the columns that decide whether a row has changed; all but the key when not given.
    """
    stage = stage_rows(session, table, columns, rows)
    return merge_staged(session, table, stage, touch=touch, compare=compare)


def table_of(row: type[Any]) -> sa.Table:
    """The table of a Row class, which SQLModel adds at run time."""
    table: sa.Table = row.__table__
    return table


def stage_rows(
    session: Session, table: sa.Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> sa.Table:
    """COPY rows into a temporary table shaped like the named columns; it empties at the commit."""
    stage = _stage_of(table, tuple(columns))
    name = stage.name
    listed = ", ".join(f'"{column}"' for column in columns)
    what = f'SELECT {listed} FROM "{table.name}" WITH NO DATA'  # our own names  # nosec B608
    session.execute(sa.text(f"CREATE TEMP TABLE IF NOT EXISTS {name} ON COMMIT DROP AS {what}"))
    session.execute(sa.text(f"TRUNCATE {name}"))
    copy_rows(session, stage, columns, rows)
    return stage


def copy_rows(
    session: Session, table: sa.Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """COPY rows into a table that has none of them yet."""
    listed = ", ".join(f'"{column}"' for column in columns)
    driver: Any = session.connection().connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{table.name}" ({listed}) FROM STDIN') as copy,
    ):
        for row in rows:
            copy.write_row(row)


@lru_cache(maxsize=64)
def _stage_of(table: sa.Table, columns: tuple[str, ...]) -> sa.Table:
    """The same object for the same shape, or every statement would be compiled anew."""
    shaped = (sa.Column(column, table.c[column].type) for column in columns)
    return sa.Table(f"stage_{table.name}", sa.MetaData(), *shaped)


def merge_staged(
    session: Session,
    table: sa.Table,
    stage: sa.Table,
    *,
    touch: Mapping[str, Any] | None = None,
    compare: Sequence[str] | None = None,
) -> Merged:
    """Bring a staging table into its table; see `merge`."""
    touched = dict(touch or {})
    key = [column.name for column in table.primary_key]
    plain = [column.name for column in stage.columns if column.name not in key]
    compared = plain if compare is None else list(compare)
    values = [sa.literal(v) if not isinstance(v, sa.ColumnElement) else v for v in touched.values()]
    insert = postgresql.insert(table).from_select(
        [*stage.columns.keys(), *touched],
        sa.select(*stage.columns, *(v.label(n) for n, v in zip(touched, values, strict=True))),
    )
    new = insert.excluded
    if not compared:
        statement = insert.on_conflict_do_nothing(index_elements=key)
    else:
        statement = insert.on_conflict_do_update(
            index_elements=key,
            set_={name: new[name] for name in (*plain, *touched)},
            where=sa.tuple_(*(table.c[name] for name in compared)).is_distinct_from(
                sa.tuple_(*(new[name] for name in compared))
            ),
        )
    created = sa.literal_column("xmax = 0", sa.Boolean).label("created")
    written = statement.returning(created).cte("written")
    total, fresh = session.execute(
        sa.select(sa.func.count(), sa.func.count().filter(written.c.created)).select_from(written)
    ).one()
    return Merged(created=fresh, updated=total - fresh)
