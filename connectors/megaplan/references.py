"""Rows as they always are, however much of what they refer to an answer happens to tell.

An object is given in full where it first occurs in an answer and by its id elsewhere, so that the
same row reads differently from one answer to the next. What we pull by itself is left as a link;
what is known from nowhere else (legal details, positions, tags, types) is filled in.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Key = tuple[str, str]
Node = Mapping[str, Any]
Whole = dict[Key, Node]

_LINKED: Mapping[str, tuple[str, ...]] = {
    "Employee": (),
    "Department": (),
    "ContractorCompany": (),
    "ContractorHuman": ("company", "type"),
    "Deal": (),
    "Task": (),
    "Project": (),
    "Program": (),
    "ProgramState": (),
    "Invoice": (),
    "Comment": (),
    "Todo": (),
}
"""What is left as a link, and what is kept of it: whose deal it is shows in a person's company."""
_PLAIN = frozenset({"Money", "DateTime", "DateOnly", "DateInterval", "ContactInfo"})
"""Values, which hold no others."""
_OF_PROGRAM = {kind: kept for kind, kept in _LINKED.items() if kind != "ProgramState"}
"""The states of a program are its own."""
_DEEPEST = 5


def key_of(node: Node) -> Key:
    """What an object is known by: numbers repeat between kinds."""
    return str(node.get("contentType")), str(node.get("id"))


def settled(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows, all of one answer; what is no object is left out."""
    whole: Whole = {}
    _collect(rows, whole, _DEEPEST - 1)
    found = []
    for row in rows:
        if isinstance(row, dict):
            linked = _OF_PROGRAM if row.get("contentType") == "Program" else _LINKED
            given = whole.get(key_of(row), row) if len(row) <= 2 else row
            found.append(_parts(given, whole, _DEEPEST, linked))
    return found


def _collect(nodes: Iterable[Any], whole: Whole, depth: int) -> None:
    """Remember the fullest form of each object."""
    for node in nodes:
        if type(node) is dict:
            if node.get("contentType") in _PLAIN or (len(node) <= 2 and "id" in node):
                continue
            if "id" in node and len(node) > len(whole.get(key := key_of(node), ())):
                whole[key] = node
            if depth:
                _collect(node.values(), whole, depth - 1)
        elif type(node) is list and node and depth:
            _collect(node, whole, depth - 1)


def _parts(
    given: Node, whole: Whole, depth: int, linked: Mapping[Any, tuple[str, ...]]
) -> dict[str, Any]:
    """An object with all that it holds."""
    found = dict(given)
    for name, part in given.items():
        if type(part) is dict or (type(part) is list and part):
            found[name] = _value(part, whole, depth, linked)
    return found


def _value(
    node: Any, whole: Whole, depth: int, linked: Mapping[Any, tuple[str, ...]] = _LINKED
) -> Any:
    if type(node) is list:
        return [_value(part, whole, depth, linked) for part in node]
    if type(node) is not dict or (kind := node.get("contentType")) in _PLAIN:
        return node
    if "id" not in node:
        return _parts(node, whole, depth - 1, _LINKED) if depth else {}
    kept = linked.get(kind) if depth else ()
    if kept is None:
        return _parts(whole.get(key_of(node), node), whole, depth - 1, _LINKED)
    link = node if len(node) == 2 else {"contentType": kind, "id": node["id"]}
    if not kept:
        return link
    given = whole.get(key_of(node), node)
    return link | {name: _value(given[name], whole, depth - 1) for name in kept if name in given}
