"""What was asked: JSON, a form, or a command of a batch; PHP's brackets are names in names."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson

from connectors.sandbox.http import Request

Asked = dict[str, Any]
_REFERENCE = re.compile(r"\$result((?:\[[^\]]*\])+)")


def asked_of(request: Request) -> Asked:
    """The parameters of a request."""
    found = brackets(request.query)
    if "json" in request.headers.get("content-type", ""):
        try:
            body = orjson.loads(request.body)
        except orjson.JSONDecodeError:
            return found
        return found | body if isinstance(body, dict) else found
    return found | brackets(parse_qsl(request.body.decode(), keep_blank_values=True))


def brackets(pairs: Iterable[tuple[str, str]]) -> Asked:
    """`filter[>ID]=5` and `select[]=ID` as trees."""
    tree: Asked = {}
    for name, value in pairs:
        first, _, rest = name.partition("[")
        path = [first, *(rest.removesuffix("]").split("][") if rest else ())]
        place = tree
        for step in path[:-1]:
            place = place.setdefault(step, {})
        place[path[-1] or str(len(place))] = value
    return tree


def command(said: str, results: Mapping[str, Any]) -> tuple[str, Asked]:
    """The method and the parameters of a command, with references to earlier results filled in.

    A reference that leads nowhere is an empty text.
    """
    method, _, query = said.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    return method, brackets((name, _filled(value, results)) for name, value in pairs)


def listed(value: Any) -> list[Any]:
    """Several values: a list, or names that are numbers, as a form has them."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]


def _filled(value: str, results: Mapping[str, Any]) -> str:
    def found(match: re.Match[str]) -> str:
        key, *path = match.group(1)[1:-1].split("][")
        return results[key].at(path) if key in results else ""

    return _REFERENCE.sub(found, value)
