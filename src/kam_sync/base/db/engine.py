"""Connections and transactions of one database, embedded or given by URL."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InternalError, OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from kam_sync.base.db.embedded import EmbeddedServer, start_embedded
from kam_sync.base.errors import Busy, DatabaseTrouble, TakenOver
from kam_sync.base.settings import Settings

_OLDEST_SERVER = 150000
_LONGEST_WAIT = timedelta(minutes=10)
_SHORTEST_WAIT = timedelta(milliseconds=500)
"""The server needs a moment to let go of the locks of a process that was killed."""
_POOL, _MORE = 10, 20
"""Connections that are kept open, and those that come and go beside them."""
_PATIENCE_ASIDE = 3
"""Seconds; a probe of Kubernetes waits for five."""
_READ_ONLY = psycopg.errors.ReadOnlySqlTransaction
"""What a server says that has just lost its place to another one."""
_REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue)
_DIES_SOON = (
    "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 6"
)

_locks: ContextVar[tuple["_Lock", ...]] = ContextVar("locks", default=())
"""The advisory locks that are held here, and without which nothing may be written any more."""


class Database:
    """One database: hands out transactions and advisory locks."""

    def __init__(self, url: str, *, server: EmbeddedServer | None = None) -> None:
        self.server = server
        self.url = make_url(url).set(drivername="postgresql+psycopg")
        self.engine = sa.create_engine(
            self.url,
            hide_parameters=True,  # they are customers' data and sealed tokens
            pool_pre_ping=True,
            pool_size=_POOL,
            max_overflow=_MORE,
            connect_args={"connect_timeout": 10, "application_name": "kam_sync"},
        )

    @contextmanager
    def aside(self) -> Iterator[Session]:
        """A transaction for who asks how the database is, though all connections be taken.

        It has a connection of its own, and gives up within seconds: who waits would learn nothing.
        """
        try:
            with _troubles_in_words(), Session(self._beside) as session, session.begin():
                session.execute(sa.text(f"SET LOCAL statement_timeout = '{_PATIENCE_ASIDE}s'"))
                yield session
        except ProgrammingError as error:  # no such table, no right to read it
            raise DatabaseTrouble(str(error.orig)) from error

    @cached_property
    def _beside(self) -> sa.Engine:
        return sa.create_engine(
            self.url,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=1,
            max_overflow=0,
            pool_timeout=_PATIENCE_ASIDE,
            connect_args={"connect_timeout": _PATIENCE_ASIDE, "application_name": "kam_sync probe"},
        )

    @property
    def taken(self) -> tuple[int, int]:
        """How many connections of this process are in use, and how many there may be."""
        pool: Any = self.engine.pool
        return pool.checkedout(), _POOL + _MORE

    @property
    def conninfo(self) -> str:
        """The address as libpq and psycopg understand it."""
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)

    @contextmanager
    def transaction(self, *, fenced: bool = True, is_snapshot: bool = False) -> Iterator[Session]:
        """A session whose work is committed at the end, or rolled back when an error leaves it.

        Args:
            fenced: refuse to commit when a lock that is held around it was lost; False for what
                must be kept even so, and checks by itself that nobody came first.
            is_snapshot: let all its statements read what was committed before the first of them;
                for who alone writes its tables, as a row that others change meanwhile is refused.

        Raises:
            DatabaseTrouble: the server is away, full, stopping or read-only, or all connections
                are taken; nothing of this work was kept.
            TakenOver: it stood under a lock that was lost meanwhile; nothing of it was kept.
        """
        with _troubles_in_words(), Session(self.engine) as session, session.begin():
            if is_snapshot:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session
            for lock in _locks.get() if fenced else ():
                lock.require()

    @contextmanager
    def at_once(self) -> Iterator[sa.Connection]:
        """A connection on which each statement is committed by itself."""
        with (
            _troubles_in_words(),
            self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            yield connection

    @contextmanager
    def alone(self, name: str, *, wait: bool | timedelta = False) -> Iterator[None]:
        """Hold a lock by name across all processes of this database.

        When it is taken, wait for it half a second, up to ten minutes, or as long as is said, and
        raise Busy. The lock lives as long as its connection, so a killed process lets go of it. Who
        was frozen for so long that another took over commits nothing more: each transaction within
        asks whether the lock still lives.
        """
        asked = _LONGEST_WAIT if wait else _SHORTEST_WAIT
        with self.at_once() as connection:
            # A host that lost its power lets go after a minute, not when TCP notices in two hours.
            connection.execute(sa.text(_DIES_SOON))
            lock = _Lock(connection, name)
            lock.take(wait if isinstance(wait, timedelta) else asked)
            before = _locks.set((*_locks.get(), lock))
            try:
                yield
            finally:
                _locks.reset(before)
                lock.let_go()

    def try_room(self) -> None:
        """Write some megabytes and take them back; DatabaseTrouble where the server has no room."""
        with _troubles_in_words(), self.engine.begin() as connection:
            connection.execute(sa.text(_SOME_MEGABYTES))

    def check(self) -> str:
        """Connect once and return the server's version, or say in one line why that fails."""
        where = self.url.render_as_string(hide_password=True)
        with (
            _troubles_in_words(f"cannot reach the database {where}: "),
            self.engine.connect() as connection,
        ):
            number, text = connection.execute(
                sa.text("SELECT current_setting('server_version_num')::int, version()")
            ).one()
        if number < _OLDEST_SERVER:
            raise DatabaseTrouble(f"PostgreSQL 15 or newer is needed, this is {text}")
        return str(text).split(" on ", 1)[0]

    def close(self) -> None:
        """Give connections back and let go of the embedded server."""
        self.engine.dispose()
        if "_beside" in self.__dict__:
            self._beside.dispose()
        if self.server is not None:
            self.server.stop()


def clock_of(session: Session) -> datetime:
    """The time that the database server has now."""
    found: datetime = session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return found


def is_refused(error: SQLAlchemyError) -> bool:
    """Whether the server says that this is not for the role that asks, or knows no such role."""
    return isinstance(getattr(error, "orig", None), _REFUSED)


def hold_still(session: Session, table: sa.Table, name: str) -> None:
    """Let nobody write a table until the commit; Busy when who writes it takes over a second."""
    session.execute(sa.text("SET LOCAL lock_timeout = '1s'"))
    with busy_when_locked(f"{name}: another process writes them"):
        session.execute(sa.text(f"LOCK TABLE {table.name} IN SHARE MODE"))
    session.execute(sa.text("SET LOCAL lock_timeout = DEFAULT"))


@contextmanager
def busy_when_locked(message: str) -> Iterator[None]:
    """Say Busy where the server gave up waiting for a lock."""
    try:
        yield
    except OperationalError as error:
        if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise
        raise Busy(message) from error


_SOME_MEGABYTES = """
    CREATE TEMP TABLE room ON COMMIT DROP AS
    SELECT repeat(md5(n::text), 60) FROM generate_series(1, 8000) AS n
"""


class _Lock:
    """An advisory lock and the server process that holds it for us."""

    def __init__(self, connection: sa.Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        self._key = sa.func.hashtextextended(name, 0)
        self._holder = connection.scalar(sa.select(sa.func.pg_backend_pid()))

    def take(self, patience: timedelta) -> None:
        milliseconds = patience // timedelta(milliseconds=1)
        self._connection.execute(sa.text(f"SET lock_timeout = {milliseconds}"))
        try:
            with busy_when_locked(f"{self._name}: another process is at it"):
                self._connection.execute(sa.select(sa.func.pg_advisory_lock(self._key)))
        finally:
            self._connection.execute(sa.text("RESET lock_timeout"))  # for who gets it next

    def require(self) -> None:
        """Raise TakenOver when the lock is lost; a connection made anew does not hold it."""
        with suppress(SQLAlchemyError):
            if self._connection.scalar(sa.select(sa.func.pg_backend_pid())) == self._holder:
                return
        raise TakenOver(f"{self._name}: another process has taken over")

    def let_go(self) -> None:
        with suppress(SQLAlchemyError, TakenOver):
            self.require()
            self._connection.scalar(sa.select(sa.func.pg_advisory_unlock(self._key)))


@contextmanager
def _troubles_in_words(before: str = "") -> Iterator[None]:
    """Turn a lost, full, stopping or read-only server into DatabaseTrouble, also within a COPY."""
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseTrouble(f"{before}all connections to the database are taken") from error
    except (OperationalError, InternalError, psycopg.OperationalError) as error:
        cause = error if isinstance(error, psycopg.OperationalError) else error.orig
        if isinstance(error, InternalError) and not isinstance(cause, _READ_ONLY):
            raise
        lines = str(cause).strip().splitlines()
        said = next((line for line in reversed(lines) if not line.endswith("?")), lines[-1])
        if isinstance(cause, psycopg.errors.DiskFull):
            said = "no space left on the database server's disk: free some and start again"
        raise DatabaseTrouble(before + said) from error


def open_database(settings: Settings, *, name: str = "kam_sync") -> Database:
    """Open the database: by KAM_SYNC_DATABASE_URL, else embedded in the data folder.

    `name` is the database's name inside the embedded server; with a URL the URL names it.
    """
    if settings.database_url is not None:
        database = Database(settings.database_url.get_secret_value())
    else:
        server = start_embedded(settings.data_dir)
        _create_if_missing(server, name)
        database = Database(server.url(name), server=server)
    database.check()
    return database


def _create_if_missing(server: EmbeddedServer, name: str) -> None:
    """Create a database whose text functions know Cyrillic whatever the locale of the machine."""
    maintenance = Database(server.url("postgres"))
    try:
        with maintenance.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as connection:
            known = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
            connection.execute(sa.text("SELECT pg_advisory_lock(7)"))  # two first starts at once
            if not connection.scalar(known, {"name": name}):
                quoted = connection.dialect.identifier_preparer.quote(name)
                connection.execute(
                    sa.text(
                        f"CREATE DATABASE {quoted} TEMPLATE template0 ENCODING 'UTF8' "
                        "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
                    )
                )
    finally:
        maintenance.engine.dispose()
