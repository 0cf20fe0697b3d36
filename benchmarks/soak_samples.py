"""What the processes and the database of a soak hold, looked at again and again."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import psutil
import psycopg
from psycopg import sql

_TABLES = "SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables"
_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Sample:
    """One look; memory in MB."""

    at: float
    """Seconds since the beginning."""
    serve: float
    """Resident memory of our process."""
    postgres: float
    """Of the database: what is its own of each of its processes."""
    shared: float
    """Of the database: the memory that its processes share, as far as it was touched."""
    threads: int
    files: int
    connections: int

    @property
    def total(self) -> float:
        """All of it."""
        return self.serve + self.postgres + self.shared


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it stands."""

    rows: int
    megabytes: float


class Scales:
    """Weighs a process of ours and the PostgreSQL of an address."""

    def __init__(self, pid: int, postmaster: int, conninfo: str) -> None:
        self._serve, self._server = psutil.Process(pid), psutil.Process(postmaster)
        self._connection = psycopg.connect(conninfo, autocommit=True)

    def sample(self, at: float) -> Sample:
        """What they hold now."""
        own, shared = 0.0, 0.0
        for process in (self._server, *self._server.children()):
            with suppress(psutil.NoSuchProcess):  # a connection that has just ended
                held = process.memory_full_info()
                own, shared = own + held.uss, max(shared, held.shared)
        with self._serve.oneshot():
            return Sample(
                at, self._serve.memory_info().rss / _MB, own / _MB, shared / _MB,
                self._serve.num_threads(), self._serve.num_fds(), self._count(_CONNECTIONS) - 1,
            )  # fmt: skip

    def tables(self) -> dict[str, Table]:
        """Every table, counted."""
        sizes = self._connection.execute(_TABLES).fetchall()
        found = {}
        for name, size in sizes:
            query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
            row = self._connection.execute(query).fetchone()
            found[name] = Table(0 if row is None else int(row[0]), int(size) / _MB)
        return found

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def _count(self, query: str) -> int:
        row = self._connection.execute(query).fetchone()
        return 0 if row is None else int(row[0])


def drift(samples: Sequence[Sample], what: str) -> float:
    """How much the mean of the last third lies over that of the middle third, in percent."""
    third = len(samples) // 3
    middle, last = samples[third : 2 * third], samples[2 * third :]
    before = fmean(getattr(one, what) for one in middle)
    return 100 * (fmean(getattr(one, what) for one in last) - before) / before


def complaints(log: Path) -> Counter[tuple[str, str]]:
    """Lines of the log by level and event: warnings and worse, and what is no line of ours."""
    found: Counter[tuple[str, str]] = Counter()
    for line in log.read_text(errors="replace").splitlines():
        try:
            said: Mapping[str, object] = json.loads(line)
            level, event = str(said["level"]), str(said["event"])
        except (ValueError, KeyError, TypeError):
            level, event = "stray", line[:100]
        if level not in {"debug", "info"}:
            found[level, event] += 1
    return found
