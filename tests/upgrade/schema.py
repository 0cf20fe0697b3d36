"""The schema as the release before this one knows it; `python -m tests.upgrade.schema` writes it.

Write it anew when a release is out: what the next one may not take away is what that one uses.
"""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from kam_sync.base.db import Database, open_database
from kam_sync.base.db.migrate import current_revision, migrate
from kam_sync.base.settings import read_settings

FILE = Path(__file__).parent / "previous.txt"
_COLUMNS = sa.text("""
    SELECT table_name AS of, column_name AS name, udt_name AS kind,
        is_nullable = 'NO' AS is_required,
        column_default IS NOT NULL OR is_identity = 'YES' OR is_generated <> 'NEVER' AS is_given
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name NOT LIKE 'procrastinate%'
        AND table_name <> 'alembic_version'
    ORDER BY 1, ordinal_position
""")


@dataclass(frozen=True, slots=True)
class Column:
    """A column, as far as who reads and writes it must know."""

    kind: str
    must_be_given: bool
    """Whoever writes a row has to say it: it is required, and nobody else gives a value."""
    may_be_null: bool

    def __str__(self) -> str:
        return self.kind + ("!" if self.must_be_given else "?" if self.may_be_null else "")


Schema = dict[str, dict[str, Column]]


def of(database: Database) -> Schema:
    """The schema of a database."""
    found: Schema = {}
    with database.engine.connect() as connection:
        for row in connection.execute(_COLUMNS):
            column = Column(row.kind, row.is_required and not row.is_given, not row.is_required)
            found.setdefault(row.of, {})[row.name] = column
    return found


def previous() -> tuple[str, Schema]:
    """The revision that the release before this one is at, and its schema."""
    head, *lines = FILE.read_text().splitlines()
    found: Schema = {}
    for line in lines:
        table, columns = line.split(": ")
        found[table] = dict(map(_read, columns.split(", ")))
    return head.removeprefix("revision "), found


def _read(said: str) -> tuple[str, Column]:
    name, kind = said.split(" ")
    return name, Column(kind.rstrip("!?"), kind.endswith("!"), kind.endswith("?"))


def written(revision: str, schema: Schema) -> str:
    """The file, a table a line."""
    lines = [f"revision {revision}"]
    for table, columns in schema.items():
        lines.append(f"{table}: " + ", ".join(f"{name} {one}" for name, one in columns.items()))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    opened = open_database(read_settings(), name="kam_sync_schema")
    migrate(opened)
    FILE.write_text(written(current_revision(opened) or "", of(opened)))
    opened.close()
