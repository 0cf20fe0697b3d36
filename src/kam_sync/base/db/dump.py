"""The whole database as SQL: written from one snapshot while others work, and read in at once.

Plain SQL is what any server and any release of PostgreSQL's programs reads. `psql` gets it in one
transaction, so that a restore happens as a whole or not at all, and behind its `\\restrict`, so
that no line of it is a command of psql's own.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import IO, cast

import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from kam_sync.base.db.engine import Database
from kam_sync.base.db.migrate import revision_of
from kam_sync.base.db.programs import find, reach
from kam_sync.base.errors import Busy, DatabaseTrouble

_CHUNK = 1024 * 1024
_OURS = "nspname !~ '^pg_' AND nspname <> 'information_schema'"
_TABLES = sa.text(f"""
    SELECT nspname || '.' || relname AS name,
        format('SELECT count(*) FROM %I.%I', nspname, relname) AS counting
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND {_OURS} ORDER BY 1
""")  # of our own words  # nosec B608
_SCHEMAS = sa.text(
    f"SELECT quote_ident(nspname) FROM pg_namespace WHERE {_OURS} ORDER BY 1"  # nosec B608
)  # of our own words
_ROLES = sa.text("""
    SELECT DISTINCT role FROM pg_policies, unnest(roles) AS role WHERE role <> 'public' ORDER BY 1
""")
_OTHERS = sa.text("""
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND pid <> pg_backend_pid() AND backend_type = 'client backend'
""")
_NOT_EVERYWHERE = re.compile(rb"SET transaction_timeout = .*;\n|\\(un)?restrict \w+\n")
"""What servers before 17 do not know, and what our own stands for."""
_HEAD = 60
"""Lines that come before the first table."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a dump holds."""

    id: str
    server: int
    """The major version of PostgreSQL."""
    revision: str
    rows: dict[str, int]
    """How many rows each table has."""
    roles: tuple[str, ...]
    """Whom its policies name."""


@contextmanager
def snapshot(database: Database) -> Iterator[Snapshot]:
    """Hold the database as it is now, for a dump; nobody who writes waits for it."""
    with database.transaction(is_snapshot=True) as session:
        revision = revision_of(session)
        if revision is None:
            raise DatabaseTrouble("the database is empty: there is nothing to back up")
        yield Snapshot(
            str(session.scalar(sa.text("SELECT pg_export_snapshot()"))),
            _major(session.connection()),
            revision,
            rows_of(session.connection()),
            tuple(session.scalars(_ROLES)),
        )


def rows_of(connection: sa.Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {
        row.name: connection.execute(sa.text(row.counting)).scalar_one()
        for row in connection.execute(_TABLES).all()
    }


def dump(database: Database, of: Snapshot) -> Iterator[bytes]:
    """The SQL that makes the database anew, in pieces."""
    address, password = reach(database.url)
    asked = [
        str(find("pg_dump", at_least=of.server)), "--format=plain", "--no-owner",
        "--no-privileges", f"--snapshot={of.id}", f"--dbname={address}",
    ]  # fmt: skip
    with tempfile.TemporaryFile() as said, _running(asked, said, password) as process:
        told = cast("IO[bytes]", process.stdout)
        while chunk := told.read(_CHUNK):
            yield chunk
        _expect_well(process, said, "pg_dump")


def is_empty(database: Database) -> bool:
    """Whether there is nothing of ours in it."""
    with database.engine.connect() as connection:
        return not connection.execute(_TABLES).all()


def load(
    database: Database,
    lines: Iterable[bytes],
    *,
    roles: Iterable[str],
    expected: dict[str, int],
    anew: bool,
    watch: Callable[[int], None],
) -> None:
    """Make the database what the SQL says, all or nothing; `anew`: drop all that is in it first.

    Raises:
        Busy: somebody works with it.
        DatabaseTrouble: it could not be read in; nothing has changed.
    """
    with database.engine.connect() as connection:
        if anew and connection.scalar(_OTHERS):
            raise Busy("others work with this database: end serve, web and worker first")
        server, schemas = _major(connection), list(connection.scalars(_SCHEMAS))
    _make_roles(database, roles)
    database.engine.dispose()
    address, password = reach(database.url)
    asked = [
        str(find("psql", at_least=server)), "--no-psqlrc", "--quiet", "--single-transaction",
        "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--file=-", f"--dbname={address}",
    ]  # fmt: skip
    with tempfile.TemporaryFile() as said, _running(asked, said, password, reads=True) as process:
        heard = cast("IO[bytes]", process.stdin)
        key, written = token_hex(16), 0
        try:
            heard.write(f"\\restrict {key}\n".encode())
            heard.write(_before(schemas if anew else []))
            for number, line in enumerate(lines):
                written += len(line)
                heard.write(_understood(line, number))
                watch(written)
            heard.write(_after(expected))
            heard.write(f"\\unrestrict {key}\n".encode())
            heard.close()
        except BrokenPipeError:
            pass  # it has ended, and says why
        _expect_well(process, said, "psql")


def _understood(line: bytes, number: int) -> bytes:
    """A line as servers of any age take it; nothing within the rows of a table looks like these."""
    if (number < _HEAD or line.startswith(b"\\")) and _NOT_EVERYWHERE.fullmatch(line):
        return b"\n"
    return line


def _before(schemas: Iterable[str]) -> bytes:
    drops = [f"DROP SCHEMA {name} CASCADE; " for name in schemas]
    again = "CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC; " if drops else ""
    return f"SET lock_timeout = '10s'; {''.join(drops)}{again}\n".encode()


def _after(expected: dict[str, int]) -> bytes:
    """Undo it all unless each table has as many rows as it had."""
    checks = "".join(
        f"ASSERT (SELECT count(*) FROM {_quoted(name)}) = {rows:d}, "  # quoted  # nosec B608
        f"'{_quoted(name)} has not all of its rows';\n"
        for name, rows in expected.items()
    )
    return f"DO $check$ BEGIN\n{checks}END $check$;\n".encode()


def _quoted(name: str) -> str:
    if not re.fullmatch(r"\w+\.\w+", name):
        raise DatabaseTrouble(f"{name!r} is no name of a table of ours")
    return ".".join(f'"{part}"' for part in name.split("."))


def _make_roles(database: Database, roles: Iterable[str]) -> None:
    """Policies name roles, which a dump does not have, for they belong to the whole server."""
    with database.at_once() as connection:
        quote = connection.dialect.identifier_preparer.quote
        for role in roles:
            known = sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role")
            if connection.scalar(known, {"role": role}):
                continue
            make = f"CREATE ROLE {quote(role)} NOLOGIN"
            try:
                connection.execute(sa.text(make))
            except ProgrammingError as error:
                raise DatabaseTrouble(
                    f"policies in the backup name the role {role}, which is not here and may not "
                    f"be made by this user: an administrator of the server runs {make}"
                ) from error


@contextmanager
def _running(
    asked: list[str], said: IO[bytes], password: dict[str, str], *, reads: bool = False
) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(  # noqa: S603 - a program of PostgreSQL, asked by us  # nosec B603
        asked,
        stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if reads else subprocess.PIPE,
        stderr=said,
        env={**os.environ, "PGAPPNAME": "kam_sync backup", **password},  # noqa: TID251 - its own, and not read
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _expect_well(process: "subprocess.Popen[bytes]", said: IO[bytes], name: str) -> None:
    if process.wait() != 0:
        said.seek(0)
        lines = said.read().decode(errors="replace").strip().splitlines()
        found = next((line for line in lines if "ERROR" in line or "error:" in line), "")
        raise DatabaseTrouble(f"{name}: {found or ' '.join(lines[-1:]) or 'it broke off'}")


def _major(connection: sa.Connection) -> int:
    number: int = connection.execute(
        sa.text("SELECT current_setting('server_version_num')::int / 10000")
    ).scalar_one()
    return number
