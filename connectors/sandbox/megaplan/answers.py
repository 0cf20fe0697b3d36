"""Envelopes, errors, and objects that are given in full where they first occur and nowhere else."""

from collections.abc import Callable, Sequence
from typing import Any

from connectors.sandbox.http import Response, json
from connectors.sandbox.megaplan.tagged import Shape

Lookup = Callable[[str, str], Shape | None]
"""Kind and number -> the object."""

GIVEN_WHOLE = {
    "Employee": ("name", "position", "department"),
    "ContractorCompany": ("name", "type"),
    "ContractorHuman": ("firstName", "lastName", "type", "company"),
    "Program": ("name",),
    "ProgramState": ("name", "type", "color"),
    "Department": ("name",),
    "Deal": ("name", "number"),
}
"""What is told of an object that another one refers to."""


def page(rows: Sequence[Shape], *, limit: int, has_more: bool, total: int) -> Response:
    """One page of a list."""
    pagination = {"count": total, "limit": limit, "hasMoreNext": has_more}
    return _envelope(200, list(rows), pagination=pagination)


def card(row: Any) -> Response:
    """One object; its pagination is an empty list."""
    return _envelope(200, row)


def problem(status: int, said: str, *, http_status: int | None = None) -> Response:
    """An error; `http_status` where the status line says something else."""
    errors = [{"message": said, "field": None}]
    return _envelope(status, None, errors=errors, http_status=http_status)


def _envelope(
    status: int,
    data: Any,
    *,
    errors: Sequence[Shape] = (),
    pagination: Any = (),
    http_status: int | None = None,
) -> Response:
    meta = {"status": status, "errors": list(errors), "pagination": pagination}
    return json({"meta": meta, "data": data}, http_status or status)


class Embedding:
    """Makes links whole, each object once in an answer; authors of comments never."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._told: set[tuple[str, str]] = set()

    def embed(self, row: Shape, *, deepest: int = 2) -> Shape:
        """The row with the objects that it refers to."""
        self._told.add((row["contentType"], row["id"]))
        return self._filled(row, deepest)

    def _filled(self, row: Shape, deepest: int) -> Shape:
        is_comment = row.get("contentType") == "Comment"
        for name, value in row.items():
            if type(value) is dict:
                if "id" in value and not (is_comment and name == "owner"):
                    row[name] = self._whole(value, deepest)
            elif type(value) is list and value and type(value[0]) is dict and "id" in value[0]:
                row[name] = [self._whole(item, deepest) for item in value]
        return row

    def _whole(self, link: Shape, deepest: int) -> Shape:
        key = (link["contentType"], link["id"])
        if key in self._told:
            return {"contentType": key[0], "id": key[1]}
        self._told.add(key)
        named = GIVEN_WHOLE.get(key[0])
        found = self._lookup(*key) if named and deepest else None
        if found is None or named is None:
            return link
        told = {name: found[name] for name in named if name in found}
        return self._filled({"contentType": key[0], "id": key[1]} | told, deepest - 1)
