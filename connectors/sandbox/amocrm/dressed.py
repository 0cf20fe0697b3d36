"""A row as it is shown: without what was not asked for, and with what `with` adds."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from connectors.sandbox.amocrm.account import ACCOUNT, GROUP, link
from connectors.sandbox.amocrm.blank import Shape, kind
from connectors.sandbox.amocrm.switches import Switches
from connectors.sandbox.rows import Rows

_ON_REQUEST = {
    "leads": ("contacts", "catalog_elements"),
    "customers": ("contacts", "companies"),
    "contacts": (),
    "companies": (),
}
"""Parts of `_embedded` that are kept in the row and shown only when asked for."""
_REVERSE = {"contacts": ("leads", "customers"), "companies": ("contacts", "leads", "customers")}
"""Parts that are looked up: who names this row."""
_EMPTIES = ("result", "params")
_DATES = frozenset({"date", "date_time", "birthday"})


class Dresser:
    """Shows rows of one account."""

    def __init__(self, rows: Rows, switches: Switches) -> None:
        self._rows = rows
        self._switches = switches

    def dress(self, noun: str, bodies: Sequence[bytes], words: set[str]) -> list[bytes]:
        """Bodies of one noun as a list or one answer shows them."""
        words = words - self._switches.with_dropped
        changes = list(self._changes(noun, words))
        if not changes:
            return list(bodies)
        shapes: list[Shape] = [orjson.loads(body) for body in bodies]
        for change in changes:
            change(shapes)
        return [orjson.dumps(shape) for shape in shapes]

    def _changes(self, noun: str, words: set[str]) -> Iterable[Callable[[list[Shape]], None]]:
        if noun in _ON_REQUEST:
            yield lambda shapes: self._embed(noun, shapes, words)
        if noun == "leads" and "loss_reason" in words:
            yield self._loss_reasons
        if noun == "users" and "group" in words:
            yield self._groups
        if self._switches.empty_objects == "object" and kind(noun) in {"tasks", "notes"}:
            yield _as_objects
        if self._switches.dates == "rfc3339":
            yield _as_texts

    def _embed(self, noun: str, shapes: list[Shape], words: set[str]) -> None:
        for shape in shapes:
            for name in _ON_REQUEST[noun]:
                if name not in words and "_embedded" in shape:
                    _embedded(shape).pop(name, None)
        for name in _REVERSE.get(noun, ()):
            if name in words:
                self._named_by(name, noun, shapes)

    def _named_by(self, name: str, noun: str, shapes: list[Shape]) -> None:
        found: dict[int, list[Shape]] = {}
        for to_id, id_ in self._rows.naming(name, noun, [shape["id"] for shape in shapes]):
            found.setdefault(to_id, []).append({"id": id_, "_links": link(name, id_)})
        for shape in shapes:
            _embedded(shape)[name] = found.get(shape["id"], [])

    def _loss_reasons(self, shapes: list[Shape]) -> None:
        """A list of at most one, whatever the documents say."""
        for shape in shapes:
            reason = shape.get("loss_reason_id")
            number = reason if isinstance(reason, int) else 0
            body = self._rows.get("leads/loss_reasons", number)
            _embedded(shape)["loss_reason"] = [] if body is None else [orjson.loads(body)]

    def _groups(self, shapes: list[Shape]) -> None:
        for shape in shapes:
            _embedded(shape)["groups"] = [GROUP]


def _embedded(shape: Shape) -> Shape:
    """`_embedded` of a row; something to forget where a test has put a broken one."""
    found = shape.setdefault("_embedded", {})
    return found if isinstance(found, dict) else {}


def binned(body: bytes) -> bytes:
    """A lead in the bin: nearly nothing is told of it."""
    lead: Shape = orjson.loads(body)
    kept = {key: lead[key] for key in ("id", "updated_at", "updated_by", "_links")}
    gone = dict.fromkeys(lead, None)
    return orjson.dumps(gone | kept | {"account_id": ACCOUNT, "is_deleted": True, "_embedded": {}})


def _as_objects(shapes: list[Shape]) -> None:
    for shape in shapes:
        shape |= {key: {} for key in _EMPTIES if shape.get(key) == []}


def _as_texts(shapes: list[Shape]) -> None:
    for shape in shapes:
        for field in shape.get("custom_fields_values") or ():
            if field.get("field_type") in _DATES:
                for value in field["values"]:
                    value["value"] = _rfc3339(value["value"])


def _rfc3339(value: Any) -> Any:
    if not isinstance(value, int):
        return value
    return datetime.fromtimestamp(value, UTC).isoformat()
