"""PostgreSQL itself shows a key account manager own rows alone, whoever owns the tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from kam_sync.accounts.seen import SEEN, VIEWS
from kam_sync.accounts.store import Own, is_secured, secure, sql_for_administrator
from kam_sync.accounts.store.tables import AccountRow
from kam_sync.base.db import Database, LimitedDatabase, is_limited
from kam_sync.base.db.migrate import migrate
from kam_sync.base.errors import NotAllowed, NotReady
from tests.conftest import NOW

_TABLES = """
    SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
_COLUMNS = """
    SELECT attname FROM pg_attribute WHERE attrelid = CAST(:name AS regclass) AND attnum > 0
        AND NOT attisdropped
"""


def test_of_each_table_somebody_has_decided_what_is_seen(migrated: Database) -> None:
    with migrated.transaction() as session:
        there = set(session.scalars(sa.text(_TABLES)))
        assert there == {*SEEN, *VIEWS}, "say in accounts/seen.py what a KAM sees of a new table"
        for name, seen in SEEN.items():
            columns = set(session.scalars(sa.text(_COLUMNS), {"name": f'"{name}"'}))
            assert set(seen.columns) <= columns, name


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM raw_record",
        "SELECT sealed_token FROM source",
        "SELECT figures FROM standing_kept",
        "SELECT place FROM standing",
        "SELECT counts FROM run",
        "UPDATE alert SET assignee = 'me'",
        "DELETE FROM account",
        "INSERT INTO account_due VALUES (gen_random_uuid())",
        "CREATE TABLE mine (a int)",
    ],
)
def test_what_is_for_nobody_is_refused(migrated: Database, statement: str) -> None:
    limited = LimitedDatabase(migrated, Own(()).restrict)
    with pytest.raises(NotAllowed):
        _run(limited, statement)


def _run(database: Database, statement: str) -> None:
    with database.transaction() as session:
        assert is_limited(session)
        session.execute(sa.text(statement))


def test_a_restriction_ends_with_its_transaction(migrated: Database) -> None:
    limited = LimitedDatabase(migrated, Own(()).restrict)
    for _ in range(3):
        with limited.transaction() as session:
            assert session.scalar(sa.text("SELECT current_user")) == "kam_sync_kam"
        with migrated.transaction() as session:
            assert session.scalar(sa.text("SELECT current_user")) != "kam_sync_kam"
            assert not session.scalar(sa.text("SELECT current_setting('kam_sync.accounts', true)"))


def test_a_limited_database_gives_nothing_but_transactions(migrated: Database) -> None:
    limited = LimitedDatabase(migrated, Own(()).restrict)
    for ask in (
        limited.at_once, limited.alone, limited.check, limited.close, lambda: limited.engine,
        lambda: limited.conninfo,
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            ask()


def test_what_was_taken_away_is_put_back(migrated: Database) -> None:
    assert is_secured(migrated)
    for damage in (
        "DROP POLICY kam_sync_own ON deal",
        "ALTER TABLE deal DISABLE ROW LEVEL SECURITY",
        "GRANT SELECT ON raw_record TO kam_sync_kam",
        "GRANT UPDATE ON alert TO kam_sync_kam",
        "REVOKE SELECT ON account FROM kam_sync_kam",
        "ALTER VIEW point RESET (security_invoker)",
    ):
        with migrated.at_once() as connection:
            connection.execute(sa.text(damage))
        assert not is_secured(migrated), damage
        assert secure(migrated), damage
        assert is_secured(migrated), damage


def test_what_is_open_to_everybody_is_told(migrated: Database) -> None:
    with migrated.at_once() as connection:
        connection.execute(sa.text("GRANT SELECT ON raw_record TO PUBLIC"))
    try:
        assert not secure(migrated)
        assert sql_for_administrator(migrated) == 'REVOKE ALL ON "raw_record" FROM PUBLIC;'
    finally:
        with migrated.at_once() as connection:
            connection.execute(sa.text(sql_for_administrator(migrated)))
    assert is_secured(migrated)


def test_a_busy_table_is_left_for_the_next_start(migrated: Database) -> None:
    with migrated.at_once() as connection:
        connection.execute(sa.text("DROP POLICY kam_sync_own ON deal"))
        connection.execute(sa.text("REVOKE SELECT ON deal FROM kam_sync_kam"))
    with migrated.transaction() as session:
        session.execute(sa.text("LOCK TABLE deal IN ACCESS SHARE MODE"))
        assert not secure(migrated)
    assert secure(migrated)


def test_a_new_table_is_closed(migrated: Database) -> None:
    with migrated.at_once() as connection:
        connection.execute(sa.text("CREATE TABLE brand_new (secret text)"))
    try:
        with pytest.raises(NotAllowed):
            _run(LimitedDatabase(migrated, Own(()).restrict), "SELECT * FROM brand_new")
    finally:
        with migrated.at_once() as connection:
            connection.execute(sa.text("DROP TABLE brand_new"))


@contextmanager
def owned(migrated: Database, rights: str) -> Iterator[Database]:
    """An empty database that belongs to a user who is no superuser, as a managed one does."""
    name = f"kam_{uuid4().hex[:12]}"
    with migrated.at_once() as connection:
        connection.execute(sa.text(f"CREATE ROLE {name} LOGIN PASSWORD '{name}' {rights}"))
        connection.execute(sa.text(f"GRANT {name} TO CURRENT_USER"))
        connection.execute(sa.text(f"CREATE DATABASE {name} OWNER {name} TEMPLATE template0"))
    url: Any = migrated.url.set(username=name, password=name, database=name)
    database = Database(url.render_as_string(hide_password=False))
    try:
        yield database
    finally:
        database.close()
        with migrated.at_once() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
            connection.execute(sa.text(f"DROP OWNED BY {name} CASCADE"))
            connection.execute(sa.text(f"DROP ROLE {name}"))


def test_an_owner_who_is_no_superuser_asks_an_administrator_once(migrated: Database) -> None:
    with owned(migrated, "") as database:
        migrate(database)
        assert not secure(database)  # it may make no role
        with pytest.raises(NotReady, match="doctor"), database.transaction() as session:
            Own(()).restrict(session)
        with migrated.at_once() as connection:
            connection.execute(sa.text(sql_for_administrator(database)))
        assert secure(database)
        assert is_secured(database)
        with database.transaction() as session:
            session.add(AccountRow(id=uuid4(), name="A", is_active=True, changed_at=NOW))
            session.flush()
            assert session.scalar(sa.text("SELECT count(*) FROM account")) == 1
            Own(()).restrict(session)
            assert session.scalar(sa.text("SELECT count(*) FROM account")) == 0
