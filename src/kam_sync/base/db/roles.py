"""Makes roles of the database that the service works as for a while: nobody logs in as one.

A role belongs to the whole server and not to one database: another installation may make the same
one at the same moment, or have made it before.
"""

from collections.abc import Callable
from enum import StrEnum

import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kam_sync.base.db.engine import Database

_TRIES = 5
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('kam_sync roles', 0))"
_LOOK = """
    SELECT r.rolsuper OR r.rolcanlogin OR r.rolcreaterole OR r.rolbypassrls
        OR EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid) AS is_strong,
        pg_has_role(session_user, r.oid, :way) AS is_usable
    FROM pg_roles r WHERE r.rolname = :name
"""
_SINCE_16 = 160000
_SAME_AT_ONCE = (
    psycopg.errors.DuplicateObject,
    psycopg.errors.UniqueViolation,
    psycopg.errors.InternalError_,
)
"""Another process made it, or granted it, at the same moment: "tuple concurrently updated"."""


class RoleState(StrEnum):
    """What can be done with a role."""

    USABLE = "usable"
    MISSING = "missing"
    """It is not there, or we may not change into it."""
    TOO_STRONG = "too strong"
    """Somebody gave it more than we would have work be done with."""


def prepare_role(database: Database, name: str) -> RoleState:
    """Make a role that nobody logs in as and let the service change into it, where it may do that.

    `name` is one of ours. Doing it twice, or in two processes at once, changes nothing.
    """
    found = _looked_up(database, name)
    for _ in range(_TRIES):
        if found is not RoleState.MISSING:
            break
        if not _may(database, f"CREATE ROLE {name} NOLOGIN NOINHERIT", _is_there(name)):
            break
        if not _may(database, _grant(database, name), _is_usable(name)):
            break
        found = _looked_up(database, name)
    return found


def role_state(connection: sa.Connection, name: str) -> RoleState:
    """Whether the service may change into a role."""
    found = connection.execute(sa.text(_LOOK), {"name": name, "way": _way(connection)}).first()
    if found is None:
        return RoleState.MISSING
    if found.is_strong:
        return RoleState.TOO_STRONG
    return RoleState.USABLE if found.is_usable else RoleState.MISSING


def role_sql(database: Database, name: str) -> str:
    """What an administrator of the server types, where the service may not make it itself."""
    user = database.engine.dialect.identifier_preparer.quote(_user(database))
    with database.engine.connect() as connection:
        is_there = _is_there(name)(connection)
    make = "" if is_there else f"CREATE ROLE {name} NOLOGIN NOINHERIT; "
    return f"{make}{_grant(database, name, user)};"


def lacks_right(error: DBAPIError) -> bool:
    """Whether the database refused something because its user has no right to."""
    return isinstance(error.orig, psycopg.errors.InsufficientPrivilege)


def _looked_up(database: Database, name: str) -> RoleState:
    with database.engine.connect() as connection:
        return role_state(connection, name)


def _may(database: Database, statement: str, done: Callable[[sa.Connection], bool]) -> bool:
    """Run a statement unless what it is for is there; False where the service has no right to."""
    try:
        with database.engine.begin() as connection:
            connection.execute(sa.text(_LOCK))
            if not done(connection):
                connection.execute(sa.text(statement))
    except DBAPIError as error:
        if lacks_right(error):
            return False
        if not isinstance(error.orig, _SAME_AT_ONCE):
            raise
    return True


def _is_there(name: str) -> Callable[[sa.Connection], bool]:
    known = sa.text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :name)")
    return lambda connection: bool(connection.scalar(known, {"name": name}))


def _is_usable(name: str) -> Callable[[sa.Connection], bool]:
    usable = sa.text("SELECT pg_has_role(session_user, :name, :way)")
    return lambda connection: bool(
        connection.scalar(usable, {"name": name, "way": _way(connection)})
    )


def _grant(database: Database, name: str, user: str = "SESSION_USER") -> str:
    with database.engine.connect() as connection:
        is_new = _version(connection) >= _SINCE_16
    # What it may do is nothing that the service should have without changing into it.
    return f"GRANT {name} TO {user}" + (" WITH INHERIT FALSE, SET TRUE" if is_new else "")


def _way(connection: sa.Connection) -> str:
    return "SET" if _version(connection) >= _SINCE_16 else "MEMBER"


def _version(connection: sa.Connection) -> int:
    return int(connection.scalar(sa.text("SELECT current_setting('server_version_num')::int")) or 0)


def _user(database: Database) -> str:
    with database.engine.connect() as connection:
        return str(connection.scalar(sa.text("SELECT session_user")))
