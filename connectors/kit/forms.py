"""Bodies of calls that CRMs make: forms with PHP's brackets, `leads[add][0][id]=1`, and JSON."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson

from connectors.kit.errors import BadHook

Tree = dict[str, Any]
"""Names -> texts or further trees; numbers in brackets are names, too, for they may have gaps."""

_MOST_BYTES = 4 * 2**20
_MOST_FIELDS = 50_000
_DEEPEST = 32
_MOST_WRAPPED = 4


def read_body(headers: Mapping[str, str], body: bytes) -> Tree:
    """What a call says. Raises BadHook where it cannot be read at all, or is absurdly large.

    Args:
        headers: with their names in small letters.
    """
    if not body.strip():
        raise BadHook("the body is empty")
    if len(body) > _MOST_BYTES:
        raise BadHook(f"the body has {len(body)} bytes; {_MOST_BYTES} at most are read")
    if "json" in headers.get("content-type", "") or body.lstrip()[:1] in {b"{", b"["}:
        return _json(body)
    return parse_form(body)


def parse_form(body: bytes) -> Tree:
    """A form as PHP reads it, but that a name which comes twice has all its values, in a list.

    A text that is no UTF-8 has marks in the place of what makes no sense.
    """
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:
        raise BadHook(f"the form has more than {_MOST_FIELDS} fields") from error
    tree: Tree = {}
    for name, value in pairs:
        _put(tree, _path(name), value)
    return tree


def items(node: Any, deepest: int = _MOST_WRAPPED) -> Iterator[Any]:
    """The items of a list, whether it came as one or as names that are numbers, nested or not."""
    if isinstance(node, Mapping) and node and all(name.isdecimal() for name in node):
        node = list(node.values())
    if isinstance(node, list) and deepest:
        for inner in node:
            yield from items(inner, deepest - 1)
    else:
        yield node


def texts(node: Any) -> tuple[str, ...]:
    """The texts and numbers that stand at a place, one or several."""
    plain = (item for item in items(node) if isinstance(item, str | int))
    return tuple(str(item) for item in plain if not isinstance(item, bool))


def _json(body: bytes) -> Tree:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadHook("the JSON is broken or cut short") from error
    if not isinstance(found, dict):
        raise BadHook("the JSON is no object")
    return found


def _path(name: str) -> list[str]:
    """`a[b][]` -> a, b and an empty one, which stands for the next free number."""
    first, opened, rest = name.partition("[")
    path = [first, *rest.removesuffix("]").split("][")] if opened else [first]
    if len(path) > _DEEPEST:
        raise BadHook(f"a field is nested {len(path)} deep; {_DEEPEST} at most are read")
    return path


def _put(tree: Tree, path: list[str], value: str) -> None:
    """Set a value; where one text stands and others are to stand beneath it, these win."""
    place = tree
    for step in path[:-1]:
        inner = place.get(step or str(len(place)))
        if not isinstance(inner, dict):
            inner = place[step or str(len(place))] = {}
        place = inner
    name = path[-1] or str(len(place))
    match place.get(name):
        case None:
            place[name] = value
        case str() as before:
            place[name] = [before, value]
        case list() as several:
            several.append(value)
        case _:
            pass
