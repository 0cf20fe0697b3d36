"""What a request asks for: one JSON object, percent-encoded, as the whole query."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import orjson

from connectors.sandbox.megaplan.schema import Kind

_USUAL = 100


class Unprocessable(Exception):
    """422: what was asked makes no sense."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for."""

    limit: int = _USUAL
    after: tuple[str, int] | None = None
    holding: tuple[str, int] | None = None
    sort: str = ""
    desc: bool = False
    fields: frozenset[str] = frozenset()
    only: bool = False
    terms: tuple[dict[str, Any], ...] = field(default=())


def read(raw_query: str, kind: Kind, most: int) -> Asked:
    """What is asked; plain parameters such as `limit=5` are no JSON, and ignored."""
    try:
        said = orjson.loads(unquote(raw_query)) if raw_query else {}
    except orjson.JSONDecodeError:
        said = {}
    if not isinstance(said, dict):
        said = {}
    sort, desc = _sorted(said.get("sortBy"), kind)
    fields = frozenset(said.get("fields") or ())
    unknown = sorted(fields - kind.known)
    if unknown:
        raise Unprocessable(f"{kind.name} have not this fields: {', '.join(unknown)}")
    limit = said.get("limit", _USUAL)
    return Asked(
        limit=min(limit, most) if isinstance(limit, int) and limit > 0 else _USUAL,
        after=_anchor(said.get("pageAfter"), "pageAfter"),
        holding=_anchor(said.get("pageWith"), "pageWith"),
        sort=sort,
        desc=desc,
        fields=fields,
        only=said.get("onlyRequestedFields") is True,
        terms=_terms(said.get("filter")),
    )


def _sorted(said: Any, kind: Kind) -> tuple[str, bool]:
    if not said:
        return "", False
    first = said[0] if isinstance(said, list) else None
    if not isinstance(first, dict) or first.get("contentType") != "SortField":
        raise Unprocessable("sortBy: a list of SortField is needed")
    if first.get("fieldName") not in kind.sorts:
        raise Unprocessable(f"{kind.name} cannot be sorted by {first.get('fieldName')}")
    return first["fieldName"], first.get("desc") is True


def _anchor(said: Any, name: str) -> tuple[str, int] | None:
    if said is None:
        return None
    is_link = isinstance(said, dict) and said.keys() == {"contentType", "id"}
    if not is_link or said["contentType"] == "Contractor" or not str(said["id"]).isdecimal():
        raise Unprocessable(f"{name}: a link with a concrete contentType is needed")
    return said["contentType"], int(said["id"])


def _terms(said: Any) -> tuple[dict[str, Any], ...]:
    if not isinstance(said, dict):
        return ()
    group = (said.get("config") or {}).get("termGroup") or {}
    return tuple(term for term in group.get("terms") or () if isinstance(term, dict))
