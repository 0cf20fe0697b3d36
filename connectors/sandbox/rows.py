"""Rows of a sandbox, rendered once and kept on disk, so that a big world stays a small process."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from threading import RLock
from typing import NamedTuple

SHOWN, BINNED, UNSORTED = 0, 1, 2
"""Where a row is: in the lists, in the bin, or not accepted yet."""
ORDERS = {
    "id": "id",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "due_at": "due_at",
    "shuffled": "(id * 7919 % 10007)",
}
_COLUMNS = (
    "noun TEXT NOT NULL, id INTEGER NOT NULL, created_at INTEGER NOT NULL,"
    " updated_at INTEGER NOT NULL, due_at INTEGER NOT NULL, owner INTEGER NOT NULL,"
    " kind TEXT NOT NULL, about_noun TEXT NOT NULL, about INTEGER NOT NULL, done INTEGER NOT NULL,"
    " state INTEGER NOT NULL, shown_at INTEGER NOT NULL, body BLOB NOT NULL"
)
_TABLES = (
    f"CREATE TABLE rows ({_COLUMNS})",
    "CREATE TABLE links (noun TEXT, id INTEGER, to_noun TEXT, to_id INTEGER)",
)
_INDEXES = (
    "CREATE INDEX rows_id ON rows (noun, state, id, updated_at)",
    "CREATE INDEX rows_created_at ON rows (noun, state, created_at, id)",
    "CREATE INDEX rows_updated_at ON rows (noun, state, updated_at, id)",
    "CREATE INDEX rows_about ON rows (noun, about, id) WHERE about > 0",
    "CREATE INDEX links_from ON links (noun, id)",
    "CREATE INDEX links_to ON links (to_noun, to_id, noun)",
)
_CACHE_KIB = 4_096
_MARKS = 4_096
_CHUNK = 100
_PUT = "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_LINK = "INSERT INTO links VALUES (?, ?, ?, ?)"
_ONE_ROW = "FROM rows WHERE noun = ? AND state IN (0, 1, 2) AND id = ?"
"""All states are named so that the index finds the row."""


class Row(NamedTuple):
    """One object as the CRM shows it, and what lists ask for; times are Unix seconds or 0.

    `owner` answers for it (of an event: who caused it), `about` is what a task, note or event
    belongs to, and `links` are the objects that the body names.
    """

    noun: str
    id: int
    created_at: int
    updated_at: int
    due_at: int
    owner: int
    kind: str
    about_noun: str
    about: int
    done: int
    state: int
    shown_at: int
    body: bytes
    links: tuple[tuple[str, int], ...] = ()


class Facts(NamedTuple):
    """What is known of a row without reading its body."""

    state: int
    shown_at: int
    owner: int


@dataclass(frozen=True, slots=True)
class Cut:
    """Which rows of a noun a list is about, and in which order.

    `among` are columns with the values they may have, `between` columns with both ends, inclusive.
    """

    noun: str
    order: str = "id"
    desc: bool = False
    among: tuple[tuple[str, tuple[int | str, ...]], ...] = ()
    between: tuple[tuple[str, int | None, int | None], ...] = ()
    text: str | None = None
    state: int = SHOWN


class Rows:
    """A store that one process uses from several threads; it vanishes when closed."""

    def __init__(self) -> None:
        # "" is a private file that sqlite keeps in memory while small and never leaves behind
        self._db = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._lock = RLock()
        for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{_CACHE_KIB}"):
            self._db.execute(f"PRAGMA {pragma}")
        for table in _TABLES:
            self._db.execute(table)
        self._marks: dict[tuple[Cut, int], tuple[int, ...]] = {}
        self.has_late = False
        """Whether some row is to be shown later than it was put."""

    def close(self) -> None:
        """Give memory and file back."""
        with self._lock:
            self._db.close()

    def load(self, rows: Iterable[Row]) -> None:
        """Take many new rows at once, and only once: the indexes are built after them."""
        rows = iter(rows)
        with self._lock:
            self._db.execute("BEGIN")
            while chunk := list(islice(rows, _CHUNK)):
                self._db.executemany(_PUT, (row[:-1] for row in chunk))
                self._db.executemany(_LINK, _linked(chunk))
            for index in _INDEXES:
                self._db.execute(index)
            self._db.execute("COMMIT")

    def put(self, row: Row) -> None:
        """Keep a row, instead of the one with its id if there is one."""
        with self._lock:
            self.delete(row.noun, row.id)
            self.has_late = self.has_late or row.shown_at > 0
            self._db.execute(_PUT, row[:-1])
            self._db.executemany(_LINK, _linked([row]))

    def get(self, noun: str, id_: int) -> bytes | None:
        """The body of one row, wherever it is."""
        with self._lock:
            found = self._db.execute(f"SELECT body {_ONE_ROW}", (noun, id_)).fetchone()
        return None if found is None else bytes(found[0])

    def facts(self, noun: str, id_: int) -> Facts | None:
        """Where one row is and whose."""
        with self._lock:
            query = f"SELECT state, shown_at, owner {_ONE_ROW}"
            found = self._db.execute(query, (noun, id_)).fetchone()
        return None if found is None else Facts(*found)

    def delete(self, noun: str, id_: int) -> bool:
        """Forget a row; False when there was none."""
        with self._lock:
            self._marks.clear()
            self._db.execute("DELETE FROM links WHERE noun = ? AND id = ?", (noun, id_))
            done = self._db.execute(f"DELETE {_ONE_ROW}", (noun, id_))
            return done.rowcount > 0

    def ids(self, noun: str, state: int = SHOWN) -> list[int]:
        """All ids in their order."""
        query = "SELECT id FROM rows WHERE noun = ? AND state = ? ORDER BY id"
        return self._numbers(query, (noun, state))

    def count(self, noun: str) -> int:
        """How many rows are shown."""
        return self._numbers(
            "SELECT count(*) FROM rows WHERE noun = ? AND state = ?", (noun, SHOWN)
        )[0]

    def last_id(self, noun: str) -> int:
        """The highest id there is; 0 when there is none."""
        query = "SELECT coalesce(max(id), 0) FROM rows WHERE noun = ? AND state IN (0, 1, 2)"
        return self._numbers(query, (noun,))[0]

    def about(self, noun: str, id_: int) -> list[int]:
        """Ids of the rows of `noun` that belong to `id_`."""
        query = "SELECT id FROM rows WHERE noun = ? AND about > 0 AND about = ? ORDER BY id"
        return self._numbers(query, (noun, id_))

    def naming(self, noun: str, to_noun: str, to_ids: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Pairs of (to_id, id) for the rows of `noun` that are shown and name one of `to_ids`."""
        with self._lock:
            found = self._db.execute(
                "SELECT DISTINCT to_id, links.id FROM links JOIN rows ON rows.noun = links.noun"  # noqa: S608 - only holes are put in
                " AND rows.state = ? AND rows.id = links.id"
                f" WHERE to_noun = ? AND to_id IN {_holes(to_ids)} AND links.noun = ?"
                " ORDER BY to_id, links.id",
                (SHOWN, to_noun, *to_ids, noun),
            ).fetchall()
        return iter(found)

    def page(self, cut: Cut, limit: int, offset: int) -> list[bytes]:
        """The bodies of one page.

        Where the page before ended is remembered until the next change of any row, so that a walk
        costs the same on its last page as on its first.
        """
        keys = ("id",) if cut.order == "id" else (ORDERS[cut.order], "id")
        names = ("id",) if cut.order == "id" else ("place_key", "id")
        picked = ", ".join(f"{key} AS {name}" for key, name in zip(keys, names, strict=True))
        with self._lock:
            mark = self._marks.get((cut, offset))
            where, values = _conditions(cut if mark is None else _from_mark(cut))
            if mark is not None:
                where.append(f"({', '.join(keys)}) {'<' if cut.desc else '>'} {_holes(keys)}")
                values.extend(mark)
            order = ", ".join(f"{key} {'DESC' if cut.desc else 'ASC'}" for key in keys)
            # The inner part walks an index alone; bodies are fetched for the rows of the page only.
            found = self._db.execute(
                f"SELECT page.*, body FROM (SELECT rowid AS place, {picked} FROM rows"  # noqa: S608 - only names from ORDERS are put in
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

    def _numbers(self, query: str, values: Sequence[object]) -> list[int]:
        with self._lock:
            return [number for (number,) in self._db.execute(query, values)]


def _linked(rows: Iterable[Row]) -> Iterator[tuple[str, int, str, int]]:
    return ((row.noun, row.id, *link) for row in rows for link in row.links)


def _from_mark(cut: Cut) -> Cut:
    """Without the end that the mark has passed: given both, sqlite would walk from that end."""
    return replace(
        cut,
        between=tuple(
            (column, low, high)
            if column != cut.order
            else ((column, low, None) if cut.desc else (column, None, high))
            for column, low, high in cut.between
        ),
    )


def _conditions(cut: Cut) -> tuple[list[str], list[object]]:
    where, values = ["noun = ?", "state = ?"], list[object]((cut.noun, cut.state))
    for column, low, high in cut.between:
        for sign, end in ((">=", low), ("<=", high)):
            if end is not None:
                where.append(f"{column} {sign} ?")
                values.append(end)
    for column, among in cut.among:
        where.append(f"{column} IN {_holes(among)}")
        values.extend(among)
        if column == "about":
            where.append("about > 0")  # so that sqlite may use the index that has only those
    if cut.text is not None:
        where.append("instr(CAST(body AS TEXT), ?) > 0")
        values.append(cut.text)
    return where, values


def _holes(values: Sequence[object]) -> str:
    return f"({', '.join('?' * len(values))})"
