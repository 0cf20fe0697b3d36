"""Locks across processes: held by one, waited for, and worth nothing once they are lost."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from kam_sync.base.db import Database
from kam_sync.base.errors import Busy, TakenOver


def holders(database: Database) -> list[int]:
    query = sa.text(
        "SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
        "WHERE locktype = 'advisory' AND granted AND datname = current_database()"
    )
    with database.engine.connect() as connection:
        return list(connection.scalars(query))


def cut_off(database: Database) -> None:
    """What the server does with a client that has not answered for too long."""
    with database.engine.connect() as connection:
        for pid in holders(database):
            connection.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})


@pytest.fixture
def table(database: Database) -> Iterator[None]:
    """A table for the time of a test."""
    with database.transaction() as session:
        session.execute(sa.text("CREATE TABLE written (what text)"))
    yield
    with database.transaction() as session:
        session.execute(sa.text("DROP TABLE written"))


def write(database: Database, what: str) -> None:
    with database.transaction() as session:
        session.execute(sa.text("INSERT INTO written VALUES (:what)"), {"what": what})


def written(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        return list(connection.scalars(sa.text("SELECT what FROM written")))


def test_a_lock_is_held_by_one_and_let_go_at_the_end(database: Database) -> None:
    with database.alone("a"):
        assert len(holders(database)) == 1
        with pytest.raises(Busy, match="a: another process is at it"), database.alone("a"):
            pass
        with database.alone("b"):
            assert len(holders(database)) == 2
    assert holders(database) == []


def test_who_lost_the_lock_writes_nothing_more(database: Database, table: None) -> None:
    with database.alone("a"):
        write(database, "before")
        cut_off(database)
        with pytest.raises(TakenOver, match="a: another process has taken over"):
            write(database, "after")
    with database.alone("a"):
        write(database, "by the successor")
    assert written(database) == ["before", "by the successor"]


def test_who_lost_an_outer_lock_writes_nothing_under_an_inner_one(
    database: Database, table: None
) -> None:
    with database.alone("outer"):
        cut_off(database)
        with pytest.raises(TakenOver, match="outer"), database.alone("inner"):
            write(database, "inside")
    assert written(database) == []
    write(database, "free")
    assert written(database) == ["free"]


def test_who_did_not_get_a_lock_leaves_no_haste_behind_on_the_connection(
    database: Database,
) -> None:
    with database.alone("a"), pytest.raises(Busy), database.alone("a"):
        pass
    with database.transaction() as session:
        assert session.scalar(sa.text("SHOW lock_timeout")) == "0"
