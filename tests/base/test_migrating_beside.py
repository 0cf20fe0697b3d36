"""Migrations and those who read meanwhile: a long query, a process that waited for its turn."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
import sqlalchemy as sa

from kam_sync.base.db import Database
from kam_sync.base.db import migrate as migrating
from kam_sync.base.db.migrate import migrate, newest_revision
from kam_sync.base.errors import Busy

_LOCK = "hashtextextended('kam_sync migrations', 0)"
_WAITS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture
def behind(migrated: Database) -> Iterator[Database]:
    """A database that says to be of an old revision, with a view of open data."""
    with migrated.at_once() as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS kam_sync_behind"))
        connection.execute(sa.text("CREATE DATABASE kam_sync_behind TEMPLATE template0"))
    url = migrated.url.set(database="kam_sync_behind").render_as_string(hide_password=False)
    database = Database(url)
    with database.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num text)"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES ('20200101_0000')"))
        connection.execute(sa.text("CREATE SCHEMA open"))
        connection.execute(sa.text("CREATE VIEW open.seen AS SELECT 1 AS one"))
    yield database
    database.close()


def test_a_long_query_of_open_data_is_told_and_does_not_stop_the_upgrade_without_end(
    behind: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "_TURN", "100ms")
    monkeypatch.setattr(migrating, "_PAUSE", 0.01)
    monkeypatch.setattr(migrating, "_TRIES", 2)
    with ThreadPoolExecutor(1) as pool, behind.engine.connect() as reader:
        reader.execute(sa.text("SELECT one FROM open.seen"))
        upgrade = pool.submit(migrate, behind)
        try:
            assert isinstance(upgrade.exception(timeout=10), Busy)
        finally:
            reader.rollback()


def test_who_waited_while_another_migrated_leaves_the_views_that_were_made_meanwhile(
    behind: Database,
) -> None:
    with ThreadPoolExecutor(1) as pool, behind.engine.connect() as first:
        first.execute(sa.text(f"SELECT pg_advisory_lock({_LOCK})"))
        second = pool.submit(migrate, behind)
        while not first.scalar(sa.text(_WAITS)):
            Event().wait(0.01)
        first.execute(
            sa.text("UPDATE alembic_version SET version_num = :newest"),
            {"newest": newest_revision()},
        )
        first.commit()
        first.execute(sa.text(f"SELECT pg_advisory_unlock({_LOCK})"))
        first.commit()
        assert second.exception(timeout=10) is None
        assert first.scalar(sa.text("SELECT one FROM open.seen")) == 1
