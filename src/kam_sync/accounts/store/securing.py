"""Has PostgreSQL itself show a key account manager own rows alone: a role, its grants, policies.

What a table shows is said in `accounts.seen`; here is what that is in SQL. A policy is kept with a
digest of its text as its comment, so that a start finds in one look what is missing: after a
migration, after a restored dump, or once an administrator has made the role.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b

import sqlalchemy as sa

from kam_sync.accounts.seen import SEEN, VIEWS, Seen, Whose
from kam_sync.accounts.store.seen_rows import ROWS
from kam_sync.base.db import Database, busy_when_locked
from kam_sync.base.db.roles import RoleState, prepare_role, role_sql, role_state
from kam_sync.base.errors import Busy

ROLE = "kam_sync_kam"
_EVERY, _NONE = Seen(Whose.EVERYONE), Seen(Whose.NOBODY)
_UNRESTRICTED = (Whose.EVERYONE, Whose.LIMITED)
_ROUNDS = 3
_LOCK = "kam_sync row security"
_POLICY = "kam_sync_own"
_OTHERS = "kam_sync_all"
_CAN_REACH = "SELECT has_schema_privilege('kam_sync_kam', current_schema(), 'USAGE')"
_STATE = """
    SELECT c.relname, c.relkind = 'v', c.relrowsecurity,
        coalesce('security_invoker=true' = ANY (c.reloptions), false),
        obj_description(p.oid, 'pg_policy'),
        EXISTS (SELECT FROM pg_policy o WHERE o.polrelid = c.oid AND o.polname = 'kam_sync_all'),
        ARRAY(
            SELECT a.attname::text FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                AND has_column_privilege('kam_sync_kam', c.oid, a.attnum, 'SELECT')
        ),
        (SELECT count(*) FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
        has_table_privilege('kam_sync_kam', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
    FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'kam_sync_own'
    WHERE c.relnamespace = current_schema()::regnamespace
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    ORDER BY c.relname
"""


_OPEN_TO_ALL = """
    SELECT DISTINCT c.relname FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
    WHERE c.relnamespace = current_schema()::regnamespace AND a.grantee = 0
"""
"""What everybody may do something with."""


def secure(database: Database) -> bool:
    """Bring role, grants and policies to what `SEEN` says.

    Each table by itself, so that none is locked for longer than it takes; who works with a table
    for long is not waited for, nor are those behind it.

    Returns:
        False when an administrator must help, or some tables were busy: the next start goes on.
        What is not ready by then shows a key account manager nothing.
    """
    if prepare_role(database, ROLE) is not RoleState.USABLE:
        return False  # nothing is shown to a key account manager until then
    with database.at_once() as connection:
        if not _wanted(connection):
            return True
    with database.alone(_LOCK, wait=True), database.at_once() as connection:
        connection.execute(sa.text("SET lock_timeout = '1s'"))
        try:
            for _ in range(_ROUNDS):
                _bring(connection)
        finally:
            connection.execute(sa.text("RESET lock_timeout"))
        return not _wanted(connection)


def is_secured(database: Database) -> bool:
    """Whether a key account manager can be shown own rows, and nothing else."""
    with database.at_once() as connection:
        return role_state(connection, ROLE) is RoleState.USABLE and not _wanted(connection)


def sql_for_administrator(database: Database) -> str:
    """The SQL that an administrator runs where the service may not; empty: a start does it."""
    with database.at_once() as connection:
        if role_state(connection, ROLE) is not RoleState.USABLE:
            return role_sql(database, ROLE)
        open_to_all = set(connection.scalars(sa.text(_OPEN_TO_ALL)))
        tables = ", ".join(f'"{name}"' for name in _wanted(connection) if name in open_to_all)
    return f"REVOKE ALL ON {tables} FROM PUBLIC;" if tables else ""


def _bring(connection: sa.Connection) -> None:
    """Do what is to be done with the tables that nobody works with."""
    for name, statements in _wanted(connection).items():
        with suppress(Busy), busy_when_locked(name):
            connection.execute(sa.text(_as_one(statements)))


def _wanted(connection: sa.Connection) -> dict[str, tuple[str, ...]]:
    """What is to be done, by table; nothing where all is as it should be."""
    todo: dict[str, tuple[str, ...]] = {}
    if not connection.scalar(sa.text(_CAN_REACH)):
        schema = str(connection.scalar(sa.text("SELECT quote_ident(current_schema())")))
        todo[schema] = (f"GRANT USAGE ON SCHEMA {schema} TO {ROLE}",)
    for row in connection.execute(sa.text(_STATE)):
        there = _There(*row)
        seen = _EVERY if there.name in VIEWS else SEEN.get(there.name, _NONE)
        if not there.shows(seen):
            todo[there.name] = tuple((_view if there.is_view else _table)(there.name, seen))
    return todo


@dataclass(frozen=True, slots=True)
class _There:
    """A table or view, and how it is shown now."""

    name: str
    is_view: bool
    is_secured: bool
    asks_who: bool
    """A view that shows of its tables what who asks may see."""
    digest: str | None
    shows_others: bool
    columns: list[str]
    """Those that are shown."""
    all_columns: int
    can_change: bool

    def shows(self, seen: Seen) -> bool:
        """Whether it shows what it should, and nothing else."""
        if self.can_change:
            return False
        if seen.whose is Whose.NOBODY:
            return not self.columns
        if seen.columns:
            all_there = set(self.columns) == set(seen.columns)
        else:
            all_there = len(self.columns) == self.all_columns
        if seen.whose in _UNRESTRICTED:
            return all_there and (self.name not in VIEWS or self.asks_who)
        is_restricted = self.is_secured and self.shows_others and self.digest == _digest(seen)
        return all_there and is_restricted


def _table(name: str, seen: Seen) -> Iterator[str]:
    yield f'REVOKE ALL ON "{name}" FROM {ROLE}'
    if seen.whose is Whose.NOBODY:
        return
    if seen.whose not in _UNRESTRICTED:
        rows = ROWS[seen.whose].format(table=f'"{name}"')
        yield f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY'
        yield f'DROP POLICY IF EXISTS {_OTHERS} ON "{name}"'
        # Whoever else reads the table, a copy for reports say, goes on seeing all of it.
        yield f'CREATE POLICY {_OTHERS} ON "{name}" USING (true) WITH CHECK (true)'
        yield f'DROP POLICY IF EXISTS {_POLICY} ON "{name}"'
        yield f'CREATE POLICY {_POLICY} ON "{name}" AS RESTRICTIVE TO {ROLE} USING ({rows})'
        yield f"COMMENT ON POLICY {_POLICY} ON \"{name}\" IS '{_digest(seen)}'"
    columns = ", ".join(f'"{column}"' for column in seen.columns)
    yield f'GRANT SELECT{columns and f" ({columns})"} ON "{name}" TO {ROLE}'


def _view(name: str, seen: Seen) -> Iterator[str]:
    yield f'REVOKE ALL ON "{name}" FROM {ROLE}'
    if seen.whose is Whose.NOBODY:
        return
    if name in VIEWS:
        yield f'ALTER VIEW "{name}" SET (security_invoker = true)'
    yield f'GRANT SELECT ON "{name}" TO {ROLE}'


def _as_one(statements: tuple[str, ...]) -> str:
    """Statements that are done together or not at all."""
    body = "; ".join(statements)
    return f"DO $kam$ BEGIN {body}; END $kam$"


def _digest(seen: Seen) -> str:
    text = "|".join((seen.whose, ROWS[seen.whose], *seen.columns))
    return blake2b(text.encode(), digest_size=8).hexdigest()
