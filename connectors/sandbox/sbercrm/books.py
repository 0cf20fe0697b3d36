"""The rows of a tenant in memory, newest first."""

from threading import RLock
from typing import Any

from connectors.sandbox.entities import World
from connectors.sandbox.sbercrm.shapes import NOUNS, Row, rows, uuid


class Books:
    """Rows by noun and id."""

    def __init__(self, world: World) -> None:
        self.rows: dict[str, dict[str, Row]] = {noun: {} for noun in NOUNS}
        for noun, row in rows(world):
            self.rows[noun][row["id"]] = row
        self._lists: dict[str, list[Row]] = {}
        self._lock = RLock()
        self._made = 0

    def newest_first(self, noun: str) -> list[Row]:
        """All rows, those that were made last first."""
        with self._lock:
            if noun not in self._lists:
                by_birth = sorted(self.rows[noun].values(), key=lambda row: row["id"], reverse=True)
                self._lists[noun] = sorted(
                    by_birth, key=lambda row: row.get("createdDate") or "", reverse=True
                )
            return self._lists[noun]

    def change(self, noun: str, id_: str, fields: dict[str, Any]) -> None:
        """Set some attributes."""
        with self._lock:
            self.rows[noun][id_] = self.rows[noun][id_] | fields
            self._lists.pop(noun, None)

    def remove(self, noun: str, id_: str) -> None:
        """Delete a row."""
        with self._lock:
            del self.rows[noun][id_]
            self._lists.pop(noun, None)

    def add(self, noun: str, fields: dict[str, Any]) -> str:
        """Make a row; its id."""
        with self._lock:
            self._made += 1
            id_ = uuid(noun, 0xF0000000 + self._made)
            self.rows[noun][id_] = {"createdDate": None, **fields, "id": id_}
            self._lists.pop(noun, None)
            return id_
