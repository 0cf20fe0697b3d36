"""Reads the views as they are at one moment: which months have changed, and their rows."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kam_sync.base.db import Session
from kam_sync.open_data.model import Type, View

UNDATED = "undated"
WHOLE = "all"
_ROOM = "SELECT set_config('work_mem', '64MB', true), set_config('timezone', 'UTC', true)"
_MARKS = """
    SELECT part, count(*), CAST(sum(hashtextextended(row, 0)) AS text)
    FROM (SELECT {part} AS part, CAST(ROW({columns}) AS text) AS row FROM {view} {where}) r
    GROUP BY part ORDER BY part
"""
"""The sum of the hashes of its rows is another one whenever a row is, in whatever order."""
_COPY = """
    COPY (SELECT {part} AS part, {columns} FROM {view} WHERE {part} IN ({parts}) ORDER BY {order})
    TO STDOUT (FORMAT csv)
"""
_FORMULA = "CASE WHEN {name} ~ '^[=+@\\t\\r\\n-]' THEN '''' || {name} ELSE {name} END"
"""What a spreadsheet would compute is marked as a text, as in the tables of the pages."""


@dataclass(frozen=True, slots=True)
class Part:
    """A month of a view, the rows without a day, or all of a view without months."""

    name: str
    rows: int
    mark: str
    """Another one whenever anything of it is."""


class SnapshotStore:
    """Reads views; all that one of them says is of the moment when its transaction began."""

    def __init__(self, session: Session) -> None:
        self._session = session
        session.execute(sa.text("SET TRANSACTION READ ONLY"))
        session.execute(sa.text(_ROOM))

    def is_there(self) -> bool:
        """Whether there are views at all."""
        found = self._session.scalar(sa.text("SELECT to_regclass('open.accounts')"))
        return found is not None

    def parts(self, view: View, since: str = "") -> list[Part]:
        """What a view consists of; of months those from one on alone."""
        where = f"WHERE \"{view.month}\" >= '{since}-01'" if since and view.month else ""
        asked = _MARKS.format(
            part=_part(view), columns=_listed(view), view=view.full_name, where=where
        )
        found = [Part(*row) for row in self._session.execute(sa.text(asked))]
        return found if found or view.month else [Part(WHOLE, 0, "0")]

    def rows(
        self, view: View, parts: Sequence[str], *, for_people: bool
    ) -> Generator[tuple[str, bytes], None, None]:
        """The rows of some parts, part after part: its name, and a line of CSV."""
        if not parts:
            return
        columns = [_said(one.name, one.type, for_people=for_people) for one in view.columns]
        key = ", ".join(f'"{name}"' for name in view.key)
        asked = _COPY.format(
            part=_part(view), columns=", ".join(columns), view=view.full_name,
            parts=", ".join(f"'{part}'" for part in parts), order=f"1, {key}",
        )  # fmt: skip
        driver: Any = self._session.connection().connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(asked) as copy:
            for line in copy:
                name, _, row = bytes(line).partition(b",")
                yield name.decode(), row


def _part(view: View) -> str:
    if not view.month:
        return f"'{WHOLE}'"
    return f"coalesce(to_char(\"{view.month}\", 'YYYY-MM'), '{UNDATED}')"


def _listed(view: View) -> str:
    return ", ".join(f'"{column.name}"' for column in view.columns)


def _said(name: str, of_type: Type, *, for_people: bool) -> str:
    quoted = f'"{name}"'
    if of_type is Type.BOOLEAN:
        return f"CAST({quoted} AS text)"  # true and false, where COPY would say t and f
    if of_type is Type.TEXT and for_people:
        return _FORMULA.format(name=quoted)
    return quoted
