"""Damages bodies of records in every place, and says what of a record no database would take."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import fields, is_dataclass
from enum import Enum
from math import isfinite
from typing import Any

from hypothesis import strategies as st

_DELETED = object()
_JUNK: tuple[Any, ...] = (
    None, True, False, "", " ", "x", "12.50", "\x00", "a\x00b", "\ud800", "9" * 5_000,
    0, -1, 1.5, 10**12, 10**18, 10**30, 10**400, -(10**18), float("nan"), float("inf"),
    [], {}, [[]], [None], ["x"], [1], [{}], [{"id": None}], {"id": []}, {"a": {"b": []}},
    [{"values": 1}], [{"values": [{"value": {"vat_id": "\x00"}}]}],
)  # fmt: skip
_LARGEST_INTEGER = 2**31 - 1
_LARGEST_IN_JSON = 2**63 - 1


def mutilated(body: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The body with one to three fields, however deep, gone or replaced by junk."""
    wound = st.tuples(st.sampled_from(list(_paths(body))), st.sampled_from((_DELETED, *_JUNK)))
    return st.lists(wound, min_size=1, max_size=3).map(lambda wounds: _wounded(body, wounds))


def unstorable(record: Any) -> list[str]:
    """The fields of a record that PostgreSQL would refuse."""
    return [name for name, value, most in _leaves("", record) if not _is_storable(value, most)]


def _paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    keys: Any = ()
    if isinstance(value, Mapping):
        keys = list(value)
    elif isinstance(value, list):
        keys = range(len(value))
    for key in keys:
        yield (*before, key)
        yield from _paths(value[key], (*before, key))


def _wounded(body: Mapping[str, Any], wounds: Any) -> dict[str, Any]:
    found: Any = deepcopy(dict(body))
    for path, junk in wounds:
        try:
            place = found
            for key in path[:-1]:
                place = place[key]
            if junk is _DELETED:
                del place[path[-1]]
            else:
                place[path[-1]] = deepcopy(junk)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier wound took the place away
    result: dict[str, Any] = found
    return result


def _leaves(name: str, value: Any, most: int = _LARGEST_INTEGER) -> Iterator[tuple[str, Any, int]]:
    """Every value, with the largest number that its place can hold."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _leaves(f"{name}.{field.name}", getattr(value, field.name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield f"{name}.key", key, 0
            yield from _leaves(f"{name}.{key}", item, _LARGEST_IN_JSON)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _leaves(name, item, most)
    else:
        yield name, value, most


def _is_storable(value: Any, most: int) -> bool:
    if isinstance(value, str) and not isinstance(value, Enum):
        return "\x00" not in value and value == value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not isinstance(value, bool):
        return abs(value) <= most
    return isfinite(value) if isinstance(value, float) else True
