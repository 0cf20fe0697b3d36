"""Links of one row to others, as `/{noun}/links` lists them."""

from collections.abc import Iterator
from typing import Any

import orjson

from connectors.sandbox.amocrm.blank import ENTITIES, Shape
from connectors.sandbox.amocrm.stored import links
from connectors.sandbox.rows import SHOWN, Rows


def links_of(rows: Rows, noun: str, id_: int) -> Iterator[Shape]:
    """What a row names, the elements of catalogs on it, and who names it."""
    body, facts = rows.get(noun, id_), rows.facts(noun, id_)
    if body is None or facts is None or facts.state != SHOWN:
        return
    shape: Shape = orjson.loads(body)
    embedded = shape.get("_embedded") or {}
    main = {one["id"] for one in embedded.get("contacts") or () if one.get("is_main")}
    for to_noun, to_id in links(noun, shape):
        metadata = {"main_contact": to_id in main} if to_noun == "contacts" else None
        yield _link(noun, id_, to_noun, to_id, metadata)
    for one in embedded.get("catalog_elements") or ():
        yield _link(noun, id_, "catalog_elements", one["id"], one["metadata"])
    for namer in ENTITIES:
        for _, other in rows.naming(namer, noun, [id_]):
            yield _link(noun, id_, namer, other, None)


def _link(noun: str, id_: int, to_noun: str, to_id: int, metadata: Any) -> Shape:
    return {
        "entity_id": id_,
        "entity_type": noun,
        "to_entity_id": to_id,
        "to_entity_type": to_noun,
        "metadata": metadata,
    }
