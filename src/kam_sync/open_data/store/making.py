"""Makes the views of open data: all at once, whenever one of them is to be another one."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kam_sync.base.db import Session
from kam_sync.base.db.migrate import let_go_of_views, wait_for_migrations
from kam_sync.base.db.roles import lacks_right
from kam_sync.kpi.definition import Kpi
from kam_sync.open_data.model import PERSONAL_SCHEMA, SCHEMA, View

VERSION = 1
"""Larger when views change: an older release leaves alone what a newer one has made."""
_PATIENCE = "30s"
"""So long who reads a view is waited for."""
# to_regnamespace would go on saying what it said before a lock was waited for
_KEPT = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = :schema"
_IS_THERE = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = :schema)"


class NoRight(Exception):
    """The user of the database may not do this."""


class MakingStore:
    """Makes the views."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, views: Sequence[View], zone: ZoneInfo, kpis: Mapping[str, Kpi]) -> bool:
        """Have the views as they are to be; True when they were made anew. Raises NoRight.

        Who reads one meanwhile is waited for, and whoever may read keeps that right.
        """
        made = [_made(view, zone, kpis) for view in views]
        wanted = f"kam_sync {VERSION} {sha256(chr(10).join(made).encode()).hexdigest()[:16]}"
        if self._is_fine(wanted):
            return False
        wait_for_migrations(self._session)
        if self._is_fine(wanted):
            return False
        try:
            self._make(made, wanted)
        except DBAPIError as error:
            if lacks_right(error):
                raise NoRight(str(error.orig).splitlines()[0]) from error
            raise
        return True

    def _is_fine(self, wanted: str) -> bool:
        kept = str(self._session.scalar(sa.text(_KEPT), {"schema": SCHEMA}) or "").split()
        if len(kept) != 3 or kept[0] != "kam_sync":
            return False
        return int(kept[1]) > VERSION or kept == wanted.split()

    def _make(self, made: Sequence[str], wanted: str) -> None:
        for schema in (SCHEMA, PERSONAL_SCHEMA):
            if not self._session.scalar(sa.text(_IS_THERE), {"schema": schema}):
                self._session.execute(sa.text(f"CREATE SCHEMA {schema}"))
        self._session.execute(sa.text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
        let_go_of_views(self._session.connection())
        connection = self._session.connection()
        for statements in made:
            connection.exec_driver_sql(statements)
        connection.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '{wanted}'")


def query(view: View, zone: ZoneInfo, kpis: Mapping[str, Kpi]) -> str:
    """The query of a view."""
    listed = ",\n    ".join(
        f'CAST({column.sql} AS {column.type}) AS "{column.name}"' for column in view.columns
    )
    text = f"SELECT {listed}\n{view.rows}".replace(":zone", quoted(zone.key))
    return text.replace(":kpis", _rows_of(kpis)) if ":kpis" in text else text


def quoted(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def _made(view: View, zone: ZoneInfo, kpis: Mapping[str, Kpi]) -> str:
    said = [f"CREATE VIEW {view.full_name} AS {query(view, zone, kpis)}"]
    said.append(f"COMMENT ON VIEW {view.full_name} IS {quoted(view.says)}")
    said += (
        f'COMMENT ON COLUMN {view.full_name}."{column.name}" IS {quoted(column.says)}'
        for column in view.columns
    )
    return ";\n".join(said)


def _rows_of(kpis: Mapping[str, Kpi]) -> str:
    rows = (
        (k.key, k.title["ru"], k.title["en"], k.family.value, k.measure.value, k.good.value)
        for k in kpis.values()
    )
    return ",\n".join(f"({', '.join(quoted(text) for text in row)})" for row in rows)
