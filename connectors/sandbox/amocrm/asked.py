"""What the parameters of a list mean to amoCRM: pages, order and filters."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from connectors.sandbox.rows import Cut

ApiFilter = Literal["on", "ignored", "refused"]
MOST = 250
_USUAL = 50
_PAID = frozenset({"leads", "contacts", "companies"})
"""Nouns whose filters are the paid option; those of tasks are not."""
_ORDERS = {
    "leads": {"created_at", "updated_at", "id"},
    "contacts": {"updated_at", "id"},
    "companies": {"updated_at", "id"},
    "tasks": {"created_at", "complete_till", "id"},
}
_ID = re.compile(r"filter\[id\](\[\d*\])?")
_ORDER = re.compile(r"order\[(\w+)\]")
_COLUMNS = {"complete_till": "due_at"}

Query = Sequence[tuple[str, str]]


class BadQuery(ValueError):
    """A parameter that amoCRM answers with 400; the message names it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as it was asked for."""

    cut: Cut
    page: int
    limit: int

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.limit


def asked(noun: str, query: Query, api_filter: ApiFilter) -> Asked:
    """Read the parameters as amoCRM would."""
    names = dict(query)
    limit = _whole(names.get("limit"), _USUAL)
    filters = [(key, value) for key, value in query if key.startswith("filter[")]
    if noun in _PAID and filters and api_filter == "refused":
        raise BadQuery("Filtering is not available for this account")
    if noun in _PAID and api_filter == "ignored":
        filters = []
    order, desc = _order(noun, query)
    since, until = _updated(noun, dict(filters))
    ids = tuple(as_number(key, value) for key, value in filters if _ID.fullmatch(key))
    cut = Cut(noun, order, desc, since, until, ids or None)
    return Asked(cut, _whole(names.get("page"), 1), limit if limit <= MOST else _USUAL)


def with_page(query: Query, page: int) -> str:
    """The same parameters, encoded, for another page."""
    others = [(key, value) for key, value in query if key != "page"]
    return urlencode([*others, ("page", str(page))])


def wanted(query: Query) -> set[str]:
    """The words of the `with` parameter."""
    return {word.strip() for key, value in query if key == "with" for word in value.split(",")}


def as_number(key: str, value: str) -> int:
    """A whole number that a database can hold."""
    if not value.isdecimal() or len(value) > 18:
        raise BadQuery(f"{key} should be of type int")
    return int(value)


def _order(noun: str, query: Query) -> tuple[str, bool]:
    for key, value in query:
        match = _ORDER.fullmatch(key)
        if match and match[1] in _ORDERS.get(noun, set()):
            return _COLUMNS.get(match[1], match[1]), value.lower() == "desc"
    return "id", False  # an order that this list does not know is passed over


def _updated(noun: str, filters: dict[str, str]) -> tuple[int | None, int | None]:
    name = "filter[updated_at]"
    since, until = filters.get(f"{name}[from]"), filters.get(f"{name}[to]")
    found = (
        None if since is None else as_number(name, since),
        None if until is None else as_number(name, until),
    )
    if noun == "tasks" and name in filters:  # a bare number means "after" here only
        return as_number(name, filters[name]) + 1, found[1]
    return found


def _whole(value: str | None, usual: int) -> int:
    if not value or not value.isdecimal() or len(value) > 9:
        return usual
    return int(value) or usual
