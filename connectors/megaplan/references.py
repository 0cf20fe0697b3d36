"""Rows as they always are, however much of what they refer to an answer happens to tell.

An object is given in full where it first occurs in an answer and by its id elsewhere, so that the
same row reads differently from one answer to the next. What we pull by itself is left as a link;
what is known from nowhere else (legal details, positions, tags, types) is filled in.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Key = tuple[str, str]
Whole = dict[Key, dict[str, Any]]

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
_DEEPEST = 5


def key_of(node: Mapping[str, Any]) -> Key:
    """What an object is known by: numbers repeat between kinds."""
    return str(node.get("contentType")), str(node.get("id"))


def settled(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows, all of one answer; what is no object is left out."""
    whole: Whole = {}
    for row in rows:
        _collect(row, whole, _DEEPEST)
    found = []
    for row in rows:
        if isinstance(row, dict):
            given = whole.get(key_of(row), row) if len(row) <= 2 else row
            found.append(
                {name: _value(part, whole, _DEEPEST, of=row) for name, part in given.items()}
            )
    return found


def fill(rows: Sequence[dict[str, Any]], name: str, known: Mapping[Key, Mapping[str, Any]]) -> None:
    """Put what is known into a field of the rows, be it a link or several."""
    for row in rows:
        held = row.get(name)
        if isinstance(held, list):
            row[name] = [_known(one, known) for one in held]
        elif held is not None:
            row[name] = _known(held, known)


def _known(link: Any, known: Mapping[Key, Mapping[str, Any]]) -> Any:
    return known.get(key_of(link), link) if isinstance(link, dict) else link


def _collect(node: Any, whole: Whole, depth: int) -> None:
    """Remember the fullest form of each object."""
    if isinstance(node, dict):
        kind = node.get("contentType")
        if kind in _PLAIN or not depth:
            return
        if "id" in node and len(node) > 2:
            key = key_of(node)
            if len(node) > len(whole.get(key, ())):
                whole[key] = node
        node = node.values()
    elif not isinstance(node, list):
        return
    for part in node:
        if isinstance(part, (dict, list)):
            _collect(part, whole, depth - 1)


def _value(node: Any, whole: Whole, depth: int, of: Mapping[str, Any] | None = None) -> Any:
    if isinstance(node, list):
        return [_value(part, whole, depth, of) for part in node]
    if not isinstance(node, dict) or node.get("contentType") in _PLAIN:
        return node
    link: dict[str, Any] = {}
    given: Mapping[str, Any] = node
    kept: tuple[str, ...] | None = None if depth else ()
    if "id" in node:
        given = whole.get(key_of(node), node)
        link = {"contentType": node.get("contentType"), "id": node["id"]}
        kept = _kept(str(node.get("contentType")), of) if depth else ()
    names = given if kept is None else [name for name in kept if name in given]
    return link | {name: _value(given[name], whole, depth - 1) for name in names}


def _kept(kind: str, of: Mapping[str, Any] | None) -> tuple[str, ...] | None:
    """What is kept of a link; None when all of it is: the states of a program are its own."""
    if kind == "ProgramState" and of is not None and of.get("contentType") == "Program":
        return None
    return _LINKED.get(kind)
