"""The schema: migrations and models agree, and many processes may start at once."""

from collections.abc import Iterator
from threading import Thread

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

import kam_sync.access.store
import kam_sync.accounts.store
import kam_sync.alerts.store
import kam_sync.drift.store
import kam_sync.intake.store
import kam_sync.jobs.store
import kam_sync.kpi.store
import kam_sync.ledger.store
import kam_sync.matching.store
import kam_sync.notify.store
import kam_sync.privacy.store  # noqa: F401 - each import adds its tables to the metadata
from kam_sync.base.db import Database
from kam_sync.base.db.migrate import _config, current_revision, migrate, newest_revision


@pytest.fixture
def empty(migrated: Database) -> Iterator[Database]:
    """An empty database beside the migrated one, on the same server."""
    with migrated.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS kam_sync_empty"))
        connection.execute(sa.text("CREATE DATABASE kam_sync_empty TEMPLATE template0"))
    url = migrated.url.set(database="kam_sync_empty").render_as_string(hide_password=False)
    database = Database(url)
    yield database
    database.close()


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or not str(name).startswith("procrastinate_")


def test_migrations_and_models_agree(migrated: Database) -> None:
    options = {"compare_type": True, "include_name": _is_ours}
    with migrated.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []


def test_an_empty_database_is_brought_to_the_newest_revision(empty: Database) -> None:
    assert current_revision(empty) is None
    migrate(empty)
    assert current_revision(empty) == newest_revision()


def test_processes_that_start_together_migrate_once(empty: Database) -> None:
    starts = [Thread(target=migrate, args=(empty,)) for _ in range(4)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert current_revision(empty) == newest_revision()
    with empty.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM alembic_version")) == 1


def test_a_database_that_a_later_release_has_migrated_does_not_stop_this_one(
    empty: Database,
) -> None:
    migrate(empty)
    with empty.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '29990101_0000'"))
    migrate(empty)
    assert current_revision(empty) == "29990101_0000"


def test_the_ledger_can_be_taken_back_and_made_again(empty: Database) -> None:
    migrate(empty)
    config = _config()
    with empty.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "20261128_1120")
        connection.commit()
        assert "ledger_check" not in sa.inspect(connection).get_table_names()
    assert current_revision(empty) == "20261128_1120"
    migrate(empty)
    assert current_revision(empty) == newest_revision()


def test_every_foreign_key_has_an_index_that_begins_with_it(migrated: Database) -> None:
    inspector = sa.inspect(migrated.engine)
    missing = []
    for table in SQLModel.metadata.sorted_tables:
        indexes = [index["column_names"] for index in inspector.get_indexes(table.name)]
        indexes.append(inspector.get_pk_constraint(table.name)["constrained_columns"])
        for key in inspector.get_foreign_keys(table.name):
            columns = key["constrained_columns"]
            if not any(index[: len(columns)] == columns for index in indexes):
                missing.append((table.name, columns))
    assert missing == []
