"""The release before this one works on with the newest schema, while both run side by side."""

from pathlib import Path
from threading import Event, Thread

import pytest
import sqlalchemy as sa

from kam_sync.base.db import Database
from kam_sync.base.db.migrate import migrate
from kam_sync.base.errors import Busy
from tests.upgrade import linting, schema

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"
REVISION, PREVIOUS = schema.previous()
NEWER = [path for path in sorted(VERSIONS.glob("2*.py")) if path.name[:13] > REVISION]


@pytest.mark.heavy
def test_all_that_the_release_before_reads_is_there_as_it_was(migrated: Database) -> None:
    now = schema.of(migrated)
    gone = [
        f"{table}.{name} {column}"
        for table, columns in PREVIOUS.items()
        for name, column in columns.items()
        if name not in now.get(table, {}) or now[table][name].kind != column.kind
    ]
    assert gone == []


def test_all_that_the_release_before_writes_is_taken(migrated: Database) -> None:
    now, refused = schema.of(migrated), []
    for table, columns in PREVIOUS.items():
        for name, column in now.get(table, {}).items():
            known = columns.get(name)
            was_left_out = known is None or not known.must_be_given
            was_null = known is not None and known.may_be_null and not column.may_be_null
            if (column.must_be_given and was_left_out) or was_null:
                refused.append(f"{table}.{name}")
    assert refused == []


def test_its_statements_are_understood(migrated: Database) -> None:
    with migrated.engine.begin() as connection:
        for table, columns in PREVIOUS.items():
            names = ", ".join(f'"{name}"' for name in columns)
            nothing = f'SELECT {names} FROM "{table}" WHERE false'
            connection.execute(sa.text(nothing))
            if any(column.must_be_given for column in columns.values()):  # else it is a view
                into = f'INSERT INTO "{table}" ({names}) OVERRIDING SYSTEM VALUE'
                connection.execute(sa.text(f"{into} {nothing}"))


@pytest.mark.parametrize("path", NEWER, ids=lambda path: path.name)
def test_a_migration_takes_nothing_away_and_blocks_nobody(path: Path) -> None:
    assert linting.faults(path) == []


_HEAD = "from alembic import op\nimport sqlalchemy as sa\n{}\ndef upgrade():\n    {}\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("op.drop_column('deal', 'name')", "drop_column"),
        ("op.execute('ALTER TABLE deal DROP COLUMN name')", "DROP COLUMN"),
        ("op.alter_column('deal', 'name', new_column_name='title')", "another name or type"),
        ("op.alter_column('deal', 'name', nullable=False)", "may write none"),
        ("op.alter_column('deal', 'x', server_default=None)", "no default"),
        ("op.add_column('deal', sa.Column('x', sa.Text(), nullable=False))", "server_default"),
        ("op.create_index('x', 'deal', ['name'])", "postgresql_concurrently"),
        ("op.execute('CREATE INDEX x ON deal (name)')", "CONCURRENTLY"),
    ],
)
def test_what_would_break_the_release_before_is_found(line: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "20990101_0000_x.py"
    path.write_text(_HEAD.format("", line))
    assert [said in one for one in linting.faults(path)] == [True]
    path.write_text(_HEAD.format("BREAKS_RELEASES_BEFORE = '2.0: nothing reads it'", line))
    assert linting.faults(path) == []


def test_a_migration_waits_for_a_long_reader_in_small_turns_and_keeps_nobody_out(
    migrated: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kam_sync.base.db.migrate._TURN", "200ms")
    with migrated.at_once() as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS kam_sync_upgrade"))
        connection.execute(sa.text("CREATE DATABASE kam_sync_upgrade TEMPLATE template0"))
    url = migrated.url.set(database="kam_sync_upgrade").render_as_string(hide_password=False)
    database = Database(url)
    migrate(database, to="20261129_0600")
    is_free, reader = Event(), database.engine.connect()
    reader.execute(sa.text("SELECT count(*) FROM alert"))  # holds its lock until the rollback
    monkeypatch.setattr("kam_sync.base.db.migrate._TRIES", 2)
    with pytest.raises(Busy, match="long transaction"):
        migrate(database)

    monkeypatch.setattr("kam_sync.base.db.migrate._TRIES", 1000)
    migrating = Thread(target=lambda: (migrate(database), is_free.set()))
    migrating.start()
    with database.engine.connect() as other:  # gets its turn though a migration waits for alert
        other.execute(sa.text("SET statement_timeout = '20s'"))
        assert other.scalar(sa.text("SELECT count(*) FROM alert")) == 0
    assert not is_free.is_set()
    reader.close()
    migrating.join()
    assert is_free.is_set()
    database.close()
