"""Roles of the database that read open data and nothing else: made, listed, taken back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kam_sync.base.db import Session
from kam_sync.base.db.roles import lacks_right
from kam_sync.open_data.model import PERSONAL_SCHEMA, SCHEMA
from kam_sync.open_data.store.making import NoRight, quoted

_MARK = "reads the open data of kam_sync in "
_PLACE = "SELECT current_database() AS database, current_user AS service"
_IS_THERE = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :name)"
_READERS = """
    SELECT r.rolname AS name,
        has_schema_privilege(r.oid, to_regnamespace(:personal), 'USAGE') AS is_personal,
        coalesce(shobj_description(r.oid, 'pg_authid') = :mark || current_database(), false)
            AS is_ours,
        (SELECT count(*) FROM pg_stat_activity s WHERE s.usename = r.rolname) AS sessions
    FROM pg_roles r
    WHERE (r.rolcanlogin OR shobj_description(r.oid, 'pg_authid') LIKE :mark || '%')
        AND NOT r.rolsuper AND r.rolname <> session_user
        AND has_schema_privilege(r.oid, to_regnamespace(:open), 'USAGE')
    ORDER BY 1
"""
_SHUT_OUT = """
    SELECT r.rolname AS name, EXISTS (
        SELECT FROM pg_db_role_setting s, unnest(s.setconfig) AS said
        WHERE s.setrole = r.oid AND said LIKE 'search_path=%' || :personal || '%'
    ) AS is_personal
    FROM pg_roles r
    WHERE r.rolcanlogin AND shobj_description(r.oid, 'pg_authid') = :mark || current_database()
        AND NOT has_schema_privilege(r.oid, to_regnamespace(:open), 'USAGE')
"""
_END = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE usename = :name AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Reader:
    """A role that reads open data."""

    name: str
    is_personal: bool
    """Whether it sees who people at customers are."""
    is_ours: bool
    """Whether it was made here, and can be taken back here."""
    sessions: int


class ReaderStore:
    """Makes and drops roles; each method is for a transaction of its own."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def readers(self) -> list[Reader]:
        """Who may log in and read open data."""
        values = {"open": SCHEMA, "personal": PERSONAL_SCHEMA, "mark": _MARK}
        found = self._session.execute(sa.text(_READERS), values).mappings()
        return [Reader(**{**row, "is_personal": bool(row["is_personal"])}) for row in found]

    def is_there(self, name: str) -> bool:
        """Whether the server has a role of that name, whatever it is."""
        return bool(self._session.scalar(sa.text(_IS_THERE), {"name": name}))

    def create(self, name: str, password: str, *, is_personal: bool) -> None:
        """Make one. The password leaves us as a digest. Raises NoRight."""
        driver: Any = self._session.connection().connection.driver_connection
        digest = driver.pgconn.encrypt_password(
            password.encode(), name.encode(), b"scram-sha-256"
        ).decode()
        self._run(self.statements(name, digest, is_personal=is_personal))

    def statements(self, name: str, password: str, *, is_personal: bool) -> list[str]:
        """What makes one, for here or for an administrator of the server."""
        place = self._session.execute(sa.text(_PLACE)).one()
        return list(_statements(name, password, place, is_personal=is_personal))

    def let_in(self) -> None:
        """Give back what a restore, which made the views anew, took from who read them before."""
        place = self._session.execute(sa.text(_PLACE)).one()
        values = {"open": SCHEMA, "personal": PERSONAL_SCHEMA, "mark": _MARK}
        for name, is_personal in self._session.execute(sa.text(_SHUT_OUT), values).all():
            self._run(list(_grants(name, place, is_personal=is_personal)))

    def shut_out(self, name: str) -> None:
        """Let nobody log in as a role any more. Raises NoRight."""
        self._run([f"ALTER ROLE {_named(name)} NOLOGIN"])

    def revoke(self, name: str) -> None:
        """Drop one that was made here. Raises NoRight."""
        role, service = _named(name), _named(self._session.scalar(sa.text("SELECT current_user")))
        taken = []
        for schema in (SCHEMA, PERSONAL_SCHEMA):
            taken += [
                f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}",
                f"REVOKE ALL ON SCHEMA {schema} FROM {role}",
                f"ALTER DEFAULT PRIVILEGES FOR ROLE {service} IN SCHEMA {schema} "
                f"REVOKE ALL ON TABLES FROM {role}",
            ]
        database = _named(self._session.scalar(sa.text("SELECT current_database()")))
        self._run([*taken, f"REVOKE ALL ON DATABASE {database} FROM {role}", f"DROP ROLE {role}"])

    def end_sessions(self, name: str) -> bool:
        """End what is read by a role; False where we have no right to."""
        # Who may make roles may end their sessions as a member of them; that goes with the role.
        for before in ("SELECT 1", f"GRANT {_named(name)} TO CURRENT_USER"):
            try:
                with self._session.begin_nested():
                    self._session.connection().exec_driver_sql(before)
                    self._session.execute(sa.text(_END), {"name": name})
            except DBAPIError:
                continue
            return True
        return False

    def _run(self, statements: list[str]) -> None:
        connection = self._session.connection()
        try:
            for statement in statements:
                connection.exec_driver_sql(statement)
        except DBAPIError as error:
            if lacks_right(error) or isinstance(error, sa.exc.InternalError):  # it has more
                raise NoRight(str(error.orig).splitlines()[0]) from error
            raise


def _statements(name: str, password: str, place: Any, *, is_personal: bool) -> Iterator[str]:
    role, schemas = _named(name), _schemas(is_personal=is_personal)
    yield (
        f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 20 "
        f"PASSWORD {quoted(password)}"
    )
    yield f"COMMENT ON ROLE {role} IS {quoted(_MARK + place.database)}"
    for setting in (
        "default_transaction_read_only = on",
        "statement_timeout = '5min'",
        "idle_in_transaction_session_timeout = '5min'",
        f"search_path = {', '.join(schemas)}",
    ):
        yield f"ALTER ROLE {role} SET {setting}"
    yield f"GRANT CONNECT ON DATABASE {_named(place.database)} TO {role}"
    yield from _grants(name, place, is_personal=is_personal)


def _grants(name: str, place: Any, *, is_personal: bool) -> Iterator[str]:
    """What goes with the schemas when these are dropped."""
    role = _named(name)
    for schema in _schemas(is_personal=is_personal):
        yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
        yield f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}"
        yield (
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {_named(place.service)} IN SCHEMA {schema} "
            f"GRANT SELECT ON TABLES TO {role}"
        )


def _schemas(*, is_personal: bool) -> list[str]:
    return [SCHEMA, PERSONAL_SCHEMA] if is_personal else [SCHEMA]


def _named(name: Any) -> str:
    return '"' + str(name).replace('"', '""') + '"'
