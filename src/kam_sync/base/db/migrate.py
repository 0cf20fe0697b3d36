"""Brings the schema up to date, one process at a time, however many containers start together."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import sqlalchemy as sa
from psycopg.errors import LockNotAvailable
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kam_sync.base.db.engine import Database
from kam_sync.base.errors import Busy, DatabaseTrouble

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = "kam_sync migrations"
_OPEN = ("open", "open_personal")
"""The schemas of views that stand upon our tables, and would not let these change."""
_VIEWS = """
    SELECT format('DROP VIEW %I.%I', n.nspname, c.relname), n.nspname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'v' AND n.nspname = ANY(:schemas)
        AND pg_has_role(current_user, c.relowner, 'USAGE')
    ORDER BY n.nspname, c.relname
"""
_TURN = "5s"
_PAUSE = 1.0
_TRIES = 60
_REVISION_LENGTH = len("YYYYMMDD_HHMM")
"""A revision is named by the time at the head of its file's name."""


def migrate(database: Database, *, to: str = "head") -> None:
    """Apply the migrations that are missing; a second process waits and finds nothing to do."""
    if to == "head" and (current_revision(database) or "") >= newest_revision():
        return  # the usual start; or a later release has been here, which must not stop this one
    from alembic import command  # noqa: PLC0415 - most starts have nothing to migrate

    key = sa.func.hashtextextended(_LOCK, 0)
    with database.engine.connect() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_lock(key)))
        connection.commit()
        try:
            if to == "head" and (revision_of(connection) or "") >= newest_revision():
                return  # whoever had the lock before did it all, and may have made the views anew
            config = _config()
            config.attributes["connection"] = connection
            _in_turns(
                connection, partial(_upgrade, connection, partial(command.upgrade, config, to))
            )
        finally:
            connection.rollback()
            connection.execute(sa.text("RESET lock_timeout"))
            connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))
            connection.commit()


def _upgrade(connection: sa.Connection, upgrade: Callable[[], None]) -> None:
    let_go_of_views(connection)  # whoever opens the services makes them anew
    connection.commit()
    upgrade()


def let_go_of_views(connection: sa.Connection) -> None:
    """Drop the views of open data, so that the tables that they stand upon may change.

    Raises DatabaseTrouble where somebody built a view of his own upon one.
    """
    found = connection.execute(sa.text(_VIEWS), {"schemas": list(_OPEN)}).all()
    if not found:
        return
    if any(schema == _OPEN[0] for _, schema in found):
        connection.execute(sa.text(f"COMMENT ON SCHEMA {_OPEN[0]} IS NULL"))
    try:
        for drop, _ in found:
            connection.execute(sa.text(drop))
    except sa.exc.InternalError as error:
        said = getattr(getattr(error.orig, "diag", None), "message_detail", error)
        raise DatabaseTrouble(
            f"the views of open data cannot be made anew: {said}; drop that first, and make it "
            "again after (docs/open-data.md)"
        ) from error


def wait_for_migrations(session: Session) -> None:
    """Let nobody migrate until the end of the transaction, and wait for who does."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(_LOCK, 0))))


def _in_turns(connection: sa.Connection, upgrade: Callable[[], None]) -> None:
    """Let no migration wait long for a table: all that came after it would wait behind it.

    Each one is a transaction of its own, so what is done stays, and the next turn goes on.
    """
    for left in reversed(range(_TRIES)):
        try:
            connection.execute(sa.text(f"SET lock_timeout = '{_TURN}'"))
            upgrade()
            connection.commit()
        except OperationalError as error:
            connection.rollback()
            if not isinstance(error.orig, LockNotAvailable):
                raise
            if not left:
                raise Busy(
                    "a long transaction holds a table that a migration changes: end it "
                    "(pg_stat_activity shows it), then start again; what was done is kept"
                ) from error
            Event().wait(_PAUSE)
        else:
            return


def newest_revision() -> str:
    """The revision that this code expects the database to be at."""
    return max(path.name for path in (_folder() / "versions").glob("2*.py"))[:_REVISION_LENGTH]


def current_revision(database: Database) -> str | None:
    """The revision that the database is at, None when it is empty."""
    with database.engine.connect() as connection:
        return revision_of(connection)


def revision_of(asked: sa.Connection | Session) -> str | None:
    """The same, of the database at the other end."""
    if not asked.scalar(sa.text("SELECT to_regclass('alembic_version') IS NOT NULL")):
        return None
    found = asked.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(_folder()))
    return config


def _folder() -> Path:
    """`migrations/` lies in the package when installed, at the top of the tree in a checkout."""
    package = Path(__file__).parents[2]
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "migrations"
