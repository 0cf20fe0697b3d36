"""An embedded PostgreSQL that a test kills as a power cut would, and starts again."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from kam_sync.base.db import Database, embedded, open_database
from kam_sync.base.settings import Settings


class DyingServer:
    """A server of its own, with the database that is opened on it."""

    def __init__(self, settings: Settings) -> None:
        self.database: Database = open_database(settings)
        self._home: Path = settings.data_dir.resolve() / "postgres"

    def kill(self) -> None:
        """End all its processes, with whatever they were at."""
        first = psutil.Process(int((self._home / "postmaster.pid").read_text().split()[0]))
        all_of_it = [first, *first.children(recursive=True)]
        for process in all_of_it:
            process.kill()
        psutil.wait_procs(all_of_it, timeout=10)

    def kill_what_is_left(self) -> None:
        """The same of one that may have died by itself."""
        with suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
            self.kill()

    def start(self) -> None:
        """Start it on the same files, at the same address."""
        assert self.database.server is not None
        embedded._forget_dead_server(self._home)
        self.database.server._handle.ensure_postgres_running()
        self.database.check()


@contextmanager
def dying_server(folder: Path) -> Iterator[DyingServer]:
    """A server in a new folder, ended with the block."""
    server = DyingServer(Settings.model_validate({"data_dir": folder, "database_url": None}))
    try:
        yield server
    finally:
        server.database.close()
