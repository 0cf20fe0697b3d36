"""Tags, whose ids each noun counts for itself."""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from connectors.sandbox.amocrm.blank import ENTITIES, Shape
from connectors.sandbox.amocrm.stored import stored
from connectors.sandbox.rows import Cut, Row, Rows


def first_id(noun: str) -> int:
    """Where the tags of a noun begin to count."""
    return 90 + 1_000 * ENTITIES.index(noun)


def embedded(id_: int, name: str) -> Shape:
    """A tag as it stands in `_embedded`."""
    return {"id": id_, "name": name, "color": None}


class Tags:
    """Numbers the tags of one noun while a world is read."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._ids: dict[str, int] = {}

    def of(self, names: Iterable[str]) -> list[Shape]:
        """Tags by their names, the new ones numbered."""
        first = first_id(self._noun)
        return [
            embedded(self._ids.setdefault(name, first + len(self._ids)), name) for name in names
        ]

    def rows(self) -> Iterator[Row]:
        """What `/{noun}/tags` lists."""
        for name, id_ in self._ids.items():
            yield stored(f"{self._noun}/tags", embedded(id_, name))


def retagged(rows: Rows, noun: str, tags: list[Shape], item: Shape) -> list[Shape]:
    """The tags of a row after what was asked: all replaced, some added, some deleted."""
    wanted = item.get("_embedded") or {}
    if "tags" in wanted:
        tags = [_known(rows, noun, one) for one in wanted["tags"] or []]
    more = [_known(rows, noun, one) for one in item.get("tags_to_add") or []]
    less = item.get("tags_to_delete") or []
    gone = {one.get("id") for one in less} | {one.get("name") for one in less}
    found = {tag["id"]: tag for tag in [*tags, *more]}
    return [tag for tag in found.values() if not {tag["id"], tag.get("name")} & gone]


def _known(rows: Rows, noun: str, asked: dict[str, Any]) -> Shape:
    """A tag by id or name; a name that nobody has used yet makes one."""
    path = f"{noun}/tags"
    if "id" in asked:
        body = rows.get(path, asked["id"])
        return {"id": asked["id"]} if body is None else orjson.loads(body)
    bodies = rows.page(Cut(path, among=(("kind", (asked["name"],)),)), 1, 0)
    if bodies:
        known: Shape = orjson.loads(bodies[0])
        return known
    made = embedded(max(rows.last_id(path) + 1, first_id(noun)), asked["name"])
    rows.put(stored(path, made))
    return made
