"""The rows of the account as they change, and who hears of it."""

from collections.abc import Callable
from threading import RLock
from typing import Any

import orjson

from connectors.sandbox.amocrm.account import link
from connectors.sandbox.amocrm.blank import Shape, blank
from connectors.sandbox.amocrm.change import Action, Change, Listener
from connectors.sandbox.amocrm.merging import Merge
from connectors.sandbox.amocrm.stored import links, stored
from connectors.sandbox.amocrm.switches import Switches
from connectors.sandbox.entities import LOST, WON
from connectors.sandbox.rows import BINNED, SHOWN, UNSORTED, Rows

_CLOSED = frozenset({WON, LOST})
_RESTORABLE = frozenset({"leads", "contacts", "companies"})


class Books:
    """Changes rows and tells the listeners, in the order of the changes.

    `by` is the user who did it, the usual one unless another is named.
    """

    def __init__(
        self,
        rows: Rows,
        switches: Switches,
        listeners: list[Listener],
        usual: int,
        clock: Callable[[], float],
    ) -> None:
        self._rows = rows
        self._switches = switches
        self._listeners = listeners
        self._clock = clock
        self._last_ids: dict[str, int] = {}
        self.lock = RLock()
        self.usual = usual

    def now(self) -> int:
        """The account's time in whole seconds."""
        return int(self._clock())

    def find(self, noun: str, id_: int) -> Shape | None:
        """One row, wherever it is."""
        body = self._rows.get(noun, id_)
        found: Shape | None = None if body is None else orjson.loads(body)
        return found

    def leads_of(self, noun: str, id_: int) -> list[int]:
        """The leads that name a contact or company."""
        return [lead for _, lead in self._rows.naming("leads", noun, [id_])]

    def row(self, noun: str, id_: int) -> Shape:
        """One row, which must be there."""
        found = self.find(noun, id_)
        if found is None:
            raise KeyError(f"{noun} has no {id_}")
        return found

    def put(self, noun: str, row: Shape, shown_at: int = 0) -> None:
        """Keep a row exactly as given, even a broken one; nobody hears of it."""
        self._rows.put(stored(noun, row, state=self._state(noun, row), shown_at=shown_at))

    def add(self, noun: str, values: Shape, *, by: int | None = None, silent: bool = False) -> int:
        """A new row: what is not given is as in an empty one."""
        with self.lock:
            now, by = self.now(), self.usual if by is None else by
            id_ = values.get("id") or self._next_id(noun)
            made = blank(noun, id_, by, now)
            embedded = made.get("_embedded", {}) | values.get("_embedded", {})
            row = made | values | {"_links": link(noun, id_)}
            if embedded:
                row["_embedded"] = embedded
            if noun == "leads":
                row = self._placed(row)
            self.put(noun, row)
            self._touch(noun, row)
            self._tell(noun, id_, "add", (None, row), by, silent=silent)
            return int(id_)

    def change(
        self,
        noun: str,
        id_: int,
        values: Shape,
        *,
        by: int | None = None,
        silent: bool = False,
    ) -> Shape:
        """Set some values, and `updated_at` to the one given or to now."""
        with self.lock:
            before, by = self.row(noun, id_), self.usual if by is None else by
            after = before | {"updated_by": by, "updated_at": self.now()} | values
            if "updated_by" not in before:
                after.pop("updated_by")
            if noun == "leads" and after.get("status_id") != before.get("status_id"):
                is_closed = after.get("status_id") in _CLOSED
                after |= {"closed_at": self.now() if is_closed else None} | values
            self.put(noun, after)
            if noun == "tasks":
                self._touch(noun, after)
            self._tell(noun, id_, "update", (before, after), by, silent=silent)
            return after

    def remove(self, noun: str, id_: int, *, by: int | None = None, silent: bool = False) -> None:
        """Put a row into the bin, where there is one."""
        with self.lock:
            before, by = self.row(noun, id_), self.usual if by is None else by
            if noun in _RESTORABLE:
                gone = before | {"updated_at": self.now(), "updated_by": by}
                self._rows.put(stored(noun, gone, state=BINNED))
            else:
                self._rows.delete(noun, id_)
            self._tell(noun, id_, "delete", (before, None), by, silent=silent)

    def purge(self, noun: str, id_: int) -> None:
        """Forget a row for good, also from the bin; nobody hears of it."""
        if not self._rows.delete(noun, id_):
            raise KeyError(f"{noun} has no {id_}")

    def restore(self, noun: str, id_: int, *, by: int | None = None, silent: bool = False) -> None:
        """Take a row out of the bin."""
        with self.lock:
            facts = self._rows.facts(noun, id_)
            if facts is None or facts.state != BINNED:
                raise KeyError(f"{noun} has no {id_} in the bin")
            by = self.usual if by is None else by
            row = self.row(noun, id_) | {"updated_at": self.now(), "updated_by": by}
            self.put(noun, row)
            self._tell(noun, id_, "restore", (None, row), by, silent=silent)

    def merge(self, noun: str, loser: int, survivor: int, *, delete_event: bool = False) -> None:
        """Glue a row on to another one of its noun, which takes all that belongs to it."""
        with self.lock:
            lost, before = self.row(noun, loser), self.row(noun, survivor)
            merge = Merge(noun, lost, before)
            merge.move_all(self._rows)
            after = merge.survivor() | {"updated_at": self.now(), "updated_by": self.usual}
            self.put(noun, after)
            self._rows.delete(noun, loser)
            if delete_event:
                self._tell(noun, loser, "delete", (lost, None), self.usual)
            self._tell(noun, survivor, "merge", (before, after), self.usual)

    def accept(self, lead: int) -> None:
        """Take a lead out of the unsorted ones, and with it the people and companies it names."""
        with self.lock:
            before = self.row("leads", lead)
            stages = self._stages(before["pipeline_id"])
            first = next(stage["id"] for stage in stages if stage["type"] == 0)
            for noun, id_ in list(links("leads", before)):
                named = self.find(noun, id_)
                if named is not None and named.get("is_unsorted"):
                    self.put(noun, named | {"is_unsorted": False})
            self.change("leads", lead, {"status_id": first})

    def late(self, noun: str, id_: int, seconds: int) -> None:
        """Hide a row until so many seconds after its `updated_at`."""
        row = self.row(noun, id_)
        self.put(noun, row, shown_at=row["updated_at"] + seconds)

    def _state(self, noun: str, row: Shape) -> int:
        if row.get("is_unsorted") is True:
            return UNSORTED
        if noun != "leads" or self._switches.unsorted_in_leads:
            return SHOWN
        stages = self._stages(row.get("pipeline_id"))
        unsorted = {stage.get("id") for stage in stages if stage.get("type") == 1}
        return UNSORTED if row.get("status_id") in unsorted else SHOWN

    def _stages(self, pipeline: Any) -> list[Shape]:
        line = self.find("leads/pipelines", pipeline) if isinstance(pipeline, int) else None
        stages: list[Shape] = [] if line is None else line["_embedded"]["statuses"]
        return stages

    def _placed(self, lead: Shape) -> Shape:
        """A new lead stands in the first stage, unless it is said where."""
        line = lead["pipeline_id"] or self._rows.ids("leads/pipelines")[0]
        first = next(stage["id"] for stage in self._stages(line) if stage["type"] == 0)
        stage = lead["status_id"] or first
        closed_at = lead["closed_at"] or (lead["created_at"] if stage in _CLOSED else None)
        return lead | {"pipeline_id": line, "status_id": stage, "closed_at": closed_at}

    def _touch(self, noun: str, row: Shape) -> None:
        """Move `updated_at` of what a row belongs to or names, where the switch says so."""
        moved: list[tuple[str, int]] = []
        moves_on = self._switches.updated_at_moves_on
        if noun.endswith("/notes") and "notes" in moves_on:
            moved.append((noun.partition("/")[0], row["entity_id"]))
        if noun == "tasks" and "tasks" in moves_on and row["entity_type"]:
            moved.append((row["entity_type"], row["entity_id"]))
        if "links" in moves_on:
            moved += links(noun, row)
        for to_noun, id_ in moved:
            found = self.find(to_noun, id_)
            if found is not None:
                self.put(to_noun, found | {"updated_at": self.now()})

    def _next_id(self, noun: str) -> int:
        last = max(self._last_ids.get(noun, 0), self._rows.last_id(noun))
        self._last_ids[noun] = last + 1
        return last + 1

    def _tell(
        self,
        noun: str,
        id_: int,
        action: Action,
        sides: tuple[Shape | None, Shape | None],
        by: int,
        *,
        silent: bool = False,
    ) -> None:
        if not silent:
            change = Change(noun, id_, action, *sides, by, self.now())
            for listener in self._listeners:
                listener(change)
