"""The rows of a base as they change: sets by name, rows by key, each write with a new version."""

from base64 import b64encode
from bisect import bisect_left
from random import Random
from threading import RLock
from typing import Any

from connectors.sandbox.onec.asked import Asked, BadQuery, Row, where

_Order = tuple[str, ...]


class Base:
    """Tables that one process uses from several threads."""

    def __init__(self, tables: dict[str, list[Row]]) -> None:
        self._lock = RLock()
        self._writes = 0
        self._dice = Random(7)
        self._ordered: dict[str, dict[_Order, tuple[list[Row], list[str]]]] = {}
        self._hidden: set[str] = set()
        self._fields: dict[str, set[str]] = {}
        self._tables: dict[str, dict[str, Row]] = {}
        for name, rows in tables.items():
            self._tables[name] = {}
            for row in rows:
                self.put(name, row)

    @property
    def names(self) -> list[str]:
        """The sets there are."""
        return sorted(self._tables)

    def keys(self, name: str) -> list[str]:
        """The keys of the rows of a set that are no folders."""
        return [key for key, row in self._tables[name].items() if not row.get("IsFolder")]

    def rows(self, name: str) -> list[Row]:
        """All rows of a set."""
        with self._lock:
            return list(self._tables[name].values())

    def get(self, name: str, key: str) -> Row | None:
        """One row."""
        return self._tables[name].get(key)

    def put(self, name: str, row: Row) -> None:
        """Write a row, whether it was there or not."""
        with self._lock:
            self._writes += 1
            version = b64encode(self._writes.to_bytes(8, "big")).decode()
            self._tables[name][row["Ref_Key"]] = {**row, "DataVersion": version}
            self._fields.setdefault(name, set()).update(row)
            self._ordered.pop(name, None)

    def change(self, name: str, key: str, values: Row) -> None:
        """Set some fields of a row."""
        with self._lock:
            self.put(name, self._tables[name][key] | values)

    def remove(self, name: str, key: str) -> None:
        """Let a row vanish, as when marked objects are purged."""
        with self._lock:
            del self._tables[name][key]
            self._ordered.pop(name, None)

    def hide(self, key: str) -> None:
        """Let the rights of our user not reach a row."""
        self._hidden.add(key)

    def found(self, name: str, query: Asked) -> tuple[list[Row], int]:
        """The rows of the page asked for, and how many there are without pages."""
        with self._lock:
            known = self._fields.get(name, set())
            wanted = where(query.filter, known)
            rows, days = self._in_order(name, query.order, known)
            first = bisect_left(days, wanted.since) if days and wanted.since else 0
            end = None if query.is_counted or query.top is None else query.skip + query.top
            kept: list[Row] = []
            for place in range(first, len(rows)):
                if end is not None and len(kept) >= end:
                    break
                if wanted.test(rows[place]) and self._may_see(rows[place], query):
                    kept.append(rows[place])
        return (kept if query.is_counted else kept[query.skip : end]), len(kept)

    def _may_see(self, row: Row, query: Asked) -> bool:
        if row["Ref_Key"] not in self._hidden:
            return True
        if not query.is_allowed_only:
            raise BadQuery(401, "20", "Недостаточно прав для выполнения операции")
        return False

    def _in_order(self, name: str, order: _Order, known: set[str]) -> tuple[list[Row], list[str]]:
        if not order:  # none is promised
            rows = list(self._tables[name].values())
            self._dice.shuffle(rows)
            return rows, []
        held = self._ordered.setdefault(name, {})
        if order not in held:
            fields = [part.partition(" ")[0] for part in order]
            for field in fields:
                if field not in known and known:
                    raise BadQuery(400, "10", f"Свойство не найдено: {field}")
            rows = list(self._tables[name].values())
            for part, field in reversed(list(zip(order, fields, strict=True))):
                rows.sort(key=_by(field), reverse=part.endswith(" desc"))
            is_dated = order[0] == "Date"
            held[order] = rows, [row["Date"] for row in rows] if is_dated else []
        return held[order]


def _by(field: str) -> Any:
    return lambda row: row[field]
