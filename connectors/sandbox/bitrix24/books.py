"""Changing rows as people and programs do: with a new time, and an event."""

from collections.abc import Callable
from typing import Any

import orjson

from connectors.sandbox.bitrix24.answers import Trouble, stamp
from connectors.sandbox.bitrix24.events import Events
from connectors.sandbox.bitrix24.stored import TABLES, stored
from connectors.sandbox.rows import Rows

Shape = dict[str, Any]
_NUMBERS = frozenset({"lead", "deal", "contact", "company", "invoice", "history", "lead_history"})
"""Whose ids are numbers; all others write them as texts."""


class Books:
    """All rows of a portal."""

    def __init__(self, rows: Rows, events: Events, clock: Callable[[], float]) -> None:
        self._rows = rows
        self._events = events
        self._clock = clock

    def row(self, noun: str, id_: int) -> Shape:
        """One row; empty when there is none."""
        found = self._rows.get(noun, id_)
        return orjson.loads(found) if found else {}

    def put(self, noun: str, body: Shape) -> None:
        """A row exactly as given; nobody is told."""
        self._rows.put(stored(noun, body))

    def add(self, noun: str, body: Shape) -> int:
        """A new row; its id."""
        table, id_ = TABLES[noun], self._rows.last_id(noun) + 1
        now = stamp(self._clock())
        dated = {key: now for key in (table.created, table.updated) if key}
        named = {table.id: id_ if noun in _NUMBERS else str(id_)}
        self._rows.put(stored(noun, {**dated, **body, **named}))
        self._events.happened(noun, "ADD", id_)
        return id_

    def change(self, noun: str, id_: int, values: Shape, at: float | None = None) -> None:
        """Set some values. A deal that changes its funnel tells of that and of nothing else."""
        row = self.row(noun, id_)
        if not row:
            raise Trouble(400, "", "Not found")
        key, now = TABLES[noun].updated, stamp(self._clock() if at is None else at)
        dated = {key: now} if key else {}
        self._rows.put(stored(noun, {**row, **dated, **values}))
        if "categoryId" in values:
            moved = {"CATEGORY_ID": values["categoryId"], "STAGE_ID": values.get("stageId", "")}
            self._events.happened(noun, "MOVETOCATEGORY", id_, **moved)
        else:
            self._events.happened(noun, "UPDATE", id_)

    def remove(self, noun: str, id_: int) -> None:
        """Delete a row: it leaves no trace but the event."""
        self._rows.delete(noun, id_)
        self._events.happened(noun, "DELETE", id_)
