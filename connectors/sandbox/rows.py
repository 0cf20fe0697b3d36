"""Rows of a sandbox, rendered once and kept on disk, so that a big world stays a small process."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from threading import RLock
from typing import NamedTuple

ORDERS = ("id", "created_at", "updated_at", "due_at")
_CACHE_KIB = 4_096
_MARKS = 4_096
_TABLE = (
    "CREATE TABLE rows (noun TEXT NOT NULL, id INTEGER NOT NULL, created_at INTEGER NOT NULL,"
    " updated_at INTEGER NOT NULL, due_at INTEGER NOT NULL, body BLOB NOT NULL)"
)
_INDEXES = (
    "CREATE INDEX rows_id ON rows (noun, id, updated_at)",
    "CREATE INDEX rows_created_at ON rows (noun, created_at, id)",
    "CREATE INDEX rows_updated_at ON rows (noun, updated_at, id)",
)
_PUT = "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)"


class Row(NamedTuple):
    """One object as the CRM shows it; times are Unix seconds, `due_at` 0 where there is none."""

    noun: str
    id: int
    created_at: int
    updated_at: int
    due_at: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """Which rows of a noun a list is about, and in which order; both ends are inclusive."""

    noun: str
    order: str = "id"
    desc: bool = False
    updated_from: int | None = None
    updated_to: int | None = None
    ids: tuple[int, ...] | None = None


class Rows:
    """A store that one process uses from several threads; it vanishes when closed."""

    def __init__(self) -> None:
        # "" is a private file that sqlite keeps in memory while small and never leaves behind
        self._db = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._lock = RLock()
        for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{_CACHE_KIB}"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute(_TABLE)
        self._marks: dict[tuple[Cut, int], tuple[int, ...]] = {}

    def close(self) -> None:
        """Give memory and file back."""
        with self._lock:
            self._db.close()

    def load(self, rows: Iterable[Row]) -> None:
        """Take many new rows at once, and only once: the indexes are built after them."""
        with self._lock:
            self._db.execute("BEGIN")
            self._db.executemany(_PUT, rows)
            for index in _INDEXES:
                self._db.execute(index)
            self._db.execute("COMMIT")

    def put(self, row: Row) -> None:
        """Keep a row, instead of the one with its id if there is one."""
        with self._lock:
            self.delete(row.noun, row.id)
            self._db.execute(_PUT, row)

    def get(self, noun: str, id_: int) -> bytes | None:
        """The body of one row."""
        with self._lock:
            found = self._db.execute(
                "SELECT body FROM rows WHERE noun = ? AND id = ?", (noun, id_)
            ).fetchone()
        return None if found is None else bytes(found[0])

    def delete(self, noun: str, id_: int) -> bool:
        """Forget a row; False when there was none."""
        with self._lock:
            self._marks.clear()
            done = self._db.execute("DELETE FROM rows WHERE noun = ? AND id = ?", (noun, id_))
            return done.rowcount > 0

    def ids(self, noun: str) -> list[int]:
        """All ids in their order."""
        with self._lock:
            found = self._db.execute("SELECT id FROM rows WHERE noun = ? ORDER BY id", (noun,))
            return [id_ for (id_,) in found]

    def count(self, noun: str) -> int:
        """How many rows there are."""
        with self._lock:
            found = self._db.execute("SELECT count(*) FROM rows WHERE noun = ?", (noun,))
            return int(found.fetchone()[0])

    def page(self, cut: Cut, limit: int, offset: int) -> list[bytes]:
        """The bodies of one page.

        Where the page before ended is remembered until the next change of any row, so that a walk
        costs the same on its last page as on its first.
        """
        keys = ("id",) if cut.order == "id" else (cut.order, "id")
        with self._lock:
            mark = self._marks.get((cut, offset))
            where, values = _conditions(cut if mark is None else _from_mark(cut))
            if mark is not None:
                where.append(f"({', '.join(keys)}) {'<' if cut.desc else '>'} {_holes(keys)}")
                values.extend(mark)
            order = ", ".join(f"{key} {'DESC' if cut.desc else 'ASC'}" for key in keys)
            # The inner part walks an index alone; bodies are fetched for the rows of the page only.
            found = self._db.execute(
                f"SELECT page.*, body FROM (SELECT rowid AS place, {', '.join(keys)} FROM rows"  # noqa: S608 - only names from ORDERS are put in
                f" WHERE {' AND '.join(where)} ORDER BY {order} LIMIT ? OFFSET ?) AS page"
                " CROSS JOIN rows ON rows.rowid = page.place",
                (*values, limit, offset if mark is None else 0),
            ).fetchall()
            if found:
                self._remember(cut, offset + len(found), found[-1][1:-1])
        return [row[-1] for row in found]

    def _remember(self, cut: Cut, offset: int, key: tuple[int, ...]) -> None:
        if len(self._marks) >= _MARKS:
            self._marks.clear()
        self._marks[cut, offset] = key


def _from_mark(cut: Cut) -> Cut:
    """Without the end that the mark has passed: given both, sqlite would walk from that end."""
    if cut.order != "updated_at":
        return cut
    return replace(cut, updated_to=None) if cut.desc else replace(cut, updated_from=None)


def _conditions(cut: Cut) -> tuple[list[str], list[str | int]]:
    if cut.order not in ORDERS:
        raise ValueError(f"rows have no order by {cut.order}")
    where, found = ["noun = ?"], list[str | int]((cut.noun,))
    if cut.updated_from is not None:
        where.append("updated_at >= ?")
        found.append(cut.updated_from)
    if cut.updated_to is not None:
        where.append("updated_at <= ?")
        found.append(cut.updated_to)
    if cut.ids is not None:
        where.append(f"id IN {_holes(cut.ids)}")
        found.extend(cut.ids)
    return where, found


def _holes(values: Sequence[object]) -> str:
    return f"({', '.join('?' * len(values))})"
