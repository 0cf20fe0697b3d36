"""The rows of the account, kept small, and the orders in which their lists come."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, datetime
from threading import RLock
from typing import Any

import orjson

from connectors.sandbox.megaplan.tagged import Shape, moment

Place = tuple[Any, int]
"""What a list is sorted by, and the number."""


class Shelves:
    """All rows by the path of their list and their number."""

    def __init__(self, rows: Iterable[tuple[str, Shape]]) -> None:
        self._bodies: dict[str, dict[int, bytes]] = {}
        self._orders: dict[tuple[str, str], list[Place]] = {}
        self._parts: dict[tuple[str, int], Shape] = {}
        self._about: dict[tuple[str, str], dict[tuple[str, str], list[int]]] = {}
        self.lock = RLock()
        for path, row in rows:
            self.put(path, row)

    def put(self, path: str, row: Shape) -> None:
        """Keep a row exactly as given, in the place of the one with its number."""
        with self.lock:
            self._bodies.setdefault(path, {})[int(row["id"])] = orjson.dumps(row)
            self._forget(path)

    def remove(self, path: str, number: int) -> None:
        """Forget a row. Raises KeyError when there is none."""
        with self.lock:
            del self._bodies[path][number]
            self._forget(path)

    def get(self, path: str, number: int) -> Shape | None:
        """One row, or None."""
        body = self._bodies.get(path, {}).get(number)
        found: Shape | None = None if body is None else orjson.loads(body)
        return found

    def part(self, path: str, number: int, names: Iterable[str]) -> Shape | None:
        """Some fields of one row, always the same ones of a path; or None."""
        with self.lock:
            known = self._parts.get((path, number))
            if known is None:
                row = self.get(path, number)
                if row is None:
                    return None
                known = {name: row[name] for name in names if name in row}
                self._parts[path, number] = known
            return known.copy()

    def about(self, path: str, field: str, kind: str, number: int) -> list[int]:
        """Numbers of the rows that name an object in a field, the latest first."""
        with self.lock:
            known = self._about.get((path, field))
            if known is None:
                known = self._about[path, field] = {}
                for one in reversed(self.ids(path)):
                    named = (self.get(path, one) or {}).get(field) or []
                    for link in named if isinstance(named, list) else [named]:
                        known.setdefault((link["contentType"], link["id"]), []).append(one)
            return known.get((kind, str(number)), [])

    def ids(self, path: str) -> list[int]:
        """All numbers of a list."""
        with self.lock:
            return sorted(self._bodies.get(path, {}))

    def next_id(self, path: str) -> int:
        """A number that no row has had."""
        with self.lock:
            return max(self._bodies.get(path, {}), default=0) + 1

    def order(self, path: str, field: str) -> list[Place]:
        """Where each row stands, the smallest first; a row without the field stands before all."""
        with self.lock:
            known = self._orders.get((path, field))
            if known is None:
                bodies = self._bodies.get(path, {})
                known = sorted((_key(body, field), number) for number, body in bodies.items())
                self._orders[path, field] = known
            return known

    def rank(self, path: str, field: str, number: int) -> int | None:
        """The place of a row in that order; None when there is no such row."""
        with self.lock:
            body = self._bodies.get(path, {}).get(number)
            if body is None:
                return None
            return bisect_left(self.order(path, field), (_key(body, field), number))

    def _forget(self, path: str) -> None:
        """Drop what was worked out of the rows of a path."""
        for known in (self._orders, self._parts, self._about):
            _drop(known, path)


def _drop(known: dict[Any, Any], path: str) -> None:
    for key in [key for key in known if key[0] == path]:
        del known[key]


def now_at(seconds: float) -> Shape:
    """A time of the sandbox's clock, as rows carry it."""
    return moment(datetime.fromtimestamp(int(seconds), UTC))


def _key(body: bytes, field: str) -> str:
    row = orjson.loads(body)
    if not field:  # an index of its own that means nothing to people
        return f"{int(row['id']) * 7_919 % 10_007:05}"
    value = row.get(field)
    found = value.get("value") if isinstance(value, dict) else value
    return found if isinstance(found, str) else ""
