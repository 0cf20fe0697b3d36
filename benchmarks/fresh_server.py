"""An embedded PostgreSQL of its own for one round of a benchmark."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import psutil
import psycopg
from psycopg import sql

from kam_sync.base.db import Database, open_database
from kam_sync.base.settings import Settings

_GLANCE = 0.2
_UNIFIED = ("company", "contact", "deal")


@dataclass(frozen=True, slots=True)
class FreshServer:
    """A running server with our empty database; `data` is what KAM_SYNC_DATA_DIR is to name."""

    data: Path
    database: Database

    def create(self, name: str) -> str:
        """Make an empty database; its address, in a form that insists on a host and a password."""
        self._do(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self._url(name).replace("postgres@/", "postgres:none@localhost/", 1)

    def postmaster(self) -> int:
        """The process that all others of the server belong to."""
        return int((self.data / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])

    def rest(self) -> float:
        """Write everything to disk, so that nobody pays for who came before; CPU seconds so far."""
        self._do(sql.SQL("CHECKPOINT"))
        return self.cpu()

    def cpu(self) -> float:
        """CPU seconds that the server has taken, with those of its connections."""
        pid = self.postmaster()
        server = psutil.Process(pid)
        seconds = 0.0
        for process in (*server.children(), server):
            with suppress(psutil.NoSuchProcess):  # a connection that has just ended
                times = process.cpu_times()
                seconds += times.user + times.system
        ended = server.cpu_times()
        return float(seconds + ended.children_user + ended.children_system)

    @contextmanager
    def watched(self) -> Iterator[list[float]]:
        """The most memory that it holds meanwhile, in MB: what is its own of each process, and the
        shared memory once; the list has it at the end."""
        pid = self.postmaster()
        server, seen, is_over = psutil.Process(pid), [0.0], Event()

        def look() -> None:
            while not is_over.wait(_GLANCE):
                with suppress(psutil.NoSuchProcess):
                    all_ = [p.memory_full_info() for p in (server, *server.children())]
                    held = sum(one.uss for one in all_) + max(one.shared for one in all_)
                    seen[0] = max(seen[0], held / 1e6)

        watching = Thread(target=look)
        watching.start()
        try:
            yield seen
        finally:
            is_over.set()
            watching.join()

    def stored(self) -> dict[str, int]:
        """How many rows our database holds: unified by table, raw by noun."""
        found = self.rows("kam_sync", _UNIFIED)
        with psycopg.connect(self.database.conninfo) as connection:
            raw = connection.execute("SELECT noun, count(*) FROM raw_record GROUP BY noun")
            return found | {f"raw {noun}": count for noun, count in raw}

    def rows(self, database: str, tables: Sequence[str]) -> dict[str, int]:
        """How many rows tables of a database have."""
        found = {}
        with psycopg.connect(self._url(database)) as connection:
            for table in tables:
                query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*table.split(".")))
                row = connection.execute(query).fetchone()
                found[table] = 0 if row is None else int(row[0])
        return found

    def _url(self, name: str) -> str:
        if self.database.server is None:
            raise RuntimeError("the database is not embedded")
        return self.database.server.url(name)

    def _do(self, statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def fresh_server(data: Path) -> Iterator[FreshServer]:
    """Start a server in a new folder, stop it at the end.

    We hold it all the while, so that a measured sync joins a running server: what is measured is
    the sync, not the making of a PostgreSQL cluster.
    """
    database = open_database(Settings(data_dir=data, database_url=None))
    try:
        yield FreshServer(data, database)
    finally:
        database.close()
