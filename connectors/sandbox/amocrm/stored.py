"""A row of amoCRM as it is kept: its body, and beside it what lists are asked for."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from connectors.sandbox.amocrm.blank import kind
from connectors.sandbox.rows import SHOWN, Row

_LINKED = {
    "leads": ("companies", "contacts"),
    "contacts": ("companies",),
    "customers": ("companies", "contacts"),
}
_KINDS = {"notes": "note_type", "events": "type", "tasks": "task_type_id", "tags": "name"}
_OWNERS = {"events": "created_by"}


def stored(
    noun: str,
    shape: Mapping[str, Any],
    *,
    id_: int | None = None,
    state: int = SHOWN,
    shown_at: int = 0,
) -> Row:
    """A row to keep; `id_` where the body's own id is no number. Broken bodies are kept too."""
    word = kind(noun)
    about = "customer_id" if word == "transactions" else "entity_id"
    return Row(
        noun=noun,
        id=shape["id"] if id_ is None else id_,
        created_at=_number(shape, "created_at"),
        updated_at=_number(shape, "updated_at"),
        due_at=_number(shape, "complete_till"),
        owner=_number(shape, _OWNERS.get(word, "responsible_user_id")),
        kind=str(shape.get(_KINDS.get(word, ""), "")),
        about_noun=str(shape.get("entity_type") or ""),
        about=_number(shape, about),
        done=int(shape.get("is_completed") is True),
        state=state,
        shown_at=shown_at,
        body=orjson.dumps(shape),
        links=tuple(links(noun, shape)),
    )


def links(noun: str, shape: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The objects that a row names in `_embedded`."""
    embedded = shape.get("_embedded")
    if not isinstance(embedded, dict):
        return
    for to_noun in _LINKED.get(noun, ()):
        listed = embedded.get(to_noun)
        for one in listed if isinstance(listed, list) else ():
            if isinstance(one, dict) and isinstance(one.get("id"), int):
                yield to_noun, one["id"]


def _number(shape: Mapping[str, Any], key: str) -> int:
    value = shape.get(key)
    return value if isinstance(value, int) and -(2**63) <= value < 2**63 else 0
