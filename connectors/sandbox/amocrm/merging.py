"""Two people, companies or deals become one: what moves, and what the survivor takes over."""

from collections.abc import Iterator
from typing import Any

import orjson

from connectors.sandbox.amocrm.account import link
from connectors.sandbox.amocrm.blank import Shape
from connectors.sandbox.amocrm.stored import stored
from connectors.sandbox.rows import Rows

_NAMERS = {"contacts": ("leads", "customers"), "companies": ("leads", "contacts", "customers")}
_KEPT_ALL = frozenset({"PHONE", "EMAIL"})


class Merge:
    """The loser and the survivor of one noun."""

    def __init__(self, noun: str, loser: Shape, survivor: Shape) -> None:
        self._noun = noun
        self._loser = loser
        self._survivor = survivor

    def survivor(self) -> Shape:
        """The survivor with the fields, phones, addresses and links that it lacks."""
        own = self._survivor.get("custom_fields_values") or []
        fields: dict[int, Shape] = {field["field_id"]: field for field in own}
        for field in self._loser.get("custom_fields_values") or []:
            mine = fields.get(field["field_id"])
            if mine is None:
                fields[field["field_id"]] = field
            elif field["field_code"] in _KEPT_ALL:
                known = {value["value"] for value in mine["values"]}
                new = [value for value in field["values"] if value["value"] not in known]
                fields[field["field_id"]] = mine | {"values": [*mine["values"], *new]}
        embedded, more = ((row.get("_embedded") or {}) for row in (self._survivor, self._loser))
        lacking = {key: value for key, value in more.items() if not embedded.get(key)}
        return self._survivor | {
            "custom_fields_values": list(fields.values()) or None,
            "_embedded": embedded | lacking,
        }

    def move_all(self, rows: Rows) -> None:
        """Links, tasks and notes go to the survivor; none of them gets a new `updated_at`."""
        loser = self._loser["id"]
        for noun in _NAMERS.get(self._noun, ()):
            for _, id_ in rows.naming(noun, self._noun, [loser]):
                self._move(rows, noun, id_, _renamed)
        for id_ in rows.about(f"{self._noun}/notes", loser):
            self._move(rows, f"{self._noun}/notes", id_, _given)
        for id_ in rows.about("tasks", loser):
            self._move(rows, "tasks", id_, _given)

    def _move(self, rows: Rows, noun: str, id_: int, how: Any) -> None:
        body, facts = rows.get(noun, id_), rows.facts(noun, id_)
        if body is None or facts is None:
            return
        shape: Shape = orjson.loads(body)
        if noun == "tasks" and shape.get("entity_type") != self._noun:
            return
        moved = how(shape, self._noun, self._loser["id"], self._survivor["id"])
        rows.put(stored(noun, moved, state=facts.state, shown_at=facts.shown_at))


def _given(shape: Shape, _noun: str, _loser: int, survivor: int) -> Shape:
    return shape | {"entity_id": survivor}


def _renamed(shape: Shape, noun: str, loser: int, survivor: int) -> Shape:
    named = list(_named(shape["_embedded"][noun], noun, loser, survivor))
    return shape | {"_embedded": shape["_embedded"] | {noun: named}}


def _named(listed: list[Shape], noun: str, loser: int, survivor: int) -> Iterator[Shape]:
    """The list with the survivor in place of the loser, once."""
    has_survivor = any(one["id"] == survivor for one in listed)
    for one in listed:
        if one["id"] != loser:
            yield one
        elif not has_survivor:
            yield one | {"id": survivor, "_links": link(noun, survivor)}
