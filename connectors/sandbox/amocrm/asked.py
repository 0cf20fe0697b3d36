"""What the parameters of a list mean to amoCRM: pages, order and filters."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from connectors.sandbox.amocrm.blank import kind
from connectors.sandbox.amocrm.events import event_number
from connectors.sandbox.amocrm.switches import ApiFilter
from connectors.sandbox.rows import Cut

_USUAL = 50
_FILTER = re.compile(r"filter\[(\w+)\](?:\[(\w*)\])?")
_ORDER = re.compile(r"order\[(\w+)\]")
_ORDER_COLUMNS = {"complete_till": "due_at"}
_ENDS = frozenset({"from", "to"})

Query = Sequence[tuple[str, str]]
Among = tuple[str, tuple[int | str, ...]]
Between = tuple[str, int | None, int | None]


class BadQuery(ValueError):
    """A parameter that amoCRM answers with 400; the message names it."""


_BY_ID: Mapping[str, str] = {"id": "id"}
_BY_NOTHING: Mapping[str, str] = {}


class Listing(NamedTuple):
    """What one kind of list can be asked for: filters with the columns they are about."""

    orders: frozenset[str] = frozenset()
    numbers: Mapping[str, str] = _BY_ID
    words: Mapping[str, str] = _BY_NOTHING
    times: frozenset[str] = frozenset()
    bare_means_after: bool = False
    """Whether a time without from and to means "after"; elsewhere it means nothing."""
    is_searched: bool = False
    is_paid: bool = False
    most: int = 250


_PAID = Listing(
    orders=frozenset({"updated_at", "id"}),
    numbers={"id": "id", "responsible_user_id": "owner"},
    times=frozenset({"created_at", "updated_at"}),
    is_searched=True,
    is_paid=True,
)
_LISTINGS = {
    "leads": Listing(
        orders=frozenset({"created_at", "updated_at", "id"}),
        numbers=_PAID.numbers,
        times=_PAID.times,
        is_searched=True,
        is_paid=True,
    ),
    "contacts": _PAID,
    "companies": _PAID,
    "customers": Listing(numbers=_PAID.numbers, times=_PAID.times, is_searched=True, is_paid=True),
    "tasks": Listing(
        orders=frozenset({"created_at", "complete_till", "id"}),
        numbers={
            "id": "id",
            "responsible_user_id": "owner",
            "is_completed": "done",
            "entity_id": "about",
        },
        words={"task_type": "kind", "task_type_id": "kind", "entity_type": "about_noun"},
        times=frozenset({"updated_at"}),
        bare_means_after=True,
    ),
    "notes": Listing(
        orders=frozenset({"updated_at", "id"}),
        numbers={"id": "id", "entity_id": "about"},
        words={"note_type": "kind"},
        times=frozenset({"updated_at"}),
        bare_means_after=True,
    ),
    "events": Listing(
        numbers={"created_by": "owner", "entity_id": "about"},
        words={"type": "kind", "entity": "about_noun"},
        times=frozenset({"created_at"}),
        bare_means_after=True,
        most=100,
    ),
    "elements": Listing(is_searched=True),
    "tags": Listing(words={"name": "kind"}, is_searched=True),
    "loss_reasons": Listing(numbers={}),
}
_OTHERS = Listing()


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as it was asked for."""

    cut: Cut
    page: int
    limit: int
    is_filtered: bool

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.limit


def asked(noun: str, query: Query, api_filter: ApiFilter) -> Asked:
    """Read the parameters as amoCRM would."""
    listing, names = _LISTINGS.get(kind(noun), _OTHERS), dict(query)
    limit = _whole(names.get("limit"), _USUAL)
    filters = [(key, value) for key, value in query if key.startswith("filter[")]
    if listing.is_paid and filters and api_filter == "refused":
        raise BadQuery("Filtering is not available for this account")
    if listing.is_paid and api_filter == "ignored":
        filters = []
    among, between = _filters(listing, filters)
    if noun == "events":
        among = _events(among, filters)
    order, desc = _order(listing, query)
    text = names.get("query") if listing.is_searched else None
    cut = Cut(noun, order, desc, among, between, text)
    limit = limit if limit <= listing.most else _USUAL
    return Asked(cut, _whole(names.get("page"), 1), limit, bool(among or between or text))


def with_page(query: Query, page: int) -> str:
    """The same parameters, encoded, for another page."""
    others = [(key, value) for key, value in query if key != "page"]
    return urlencode([*others, ("page", str(page))])


def wanted(query: Query) -> set[str]:
    """The words of the `with` parameter."""
    return {word.strip() for key, value in query if key == "with" for word in value.split(",")}


def entity_ids(query: Query) -> list[int]:
    """Whose links are asked for; nobody's is a mistake."""
    found = [as_number(key, value) for key, value in query if key.startswith("filter[entity_id]")]
    if not found:
        raise BadQuery("filter[entity_id] is required")
    return found


def as_number(key: str, value: str) -> int:
    """A whole number that a database can hold."""
    if not value.isdecimal() or len(value) > 18:
        raise BadQuery(f"{key} should be of type int")
    return int(value)


def _filters(listing: Listing, filters: Query) -> tuple[tuple[Among, ...], tuple[Between, ...]]:
    among: dict[str, list[int | str]] = {}
    ends: dict[str, dict[str, int]] = {}
    for key, value in filters:
        match = _FILTER.fullmatch(key)
        name, part = (match[1], match[2]) if match else ("", None)
        if name in listing.times:
            if part in _ENDS:
                ends.setdefault(name, {})[part] = as_number(key, value)
            elif part is None and listing.bare_means_after:
                ends.setdefault(name, {})["from"] = as_number(key, value) + 1
        elif name in listing.numbers:
            among.setdefault(listing.numbers[name], []).append(as_number(key, value))
        elif name in listing.words:
            among.setdefault(listing.words[name], []).extend(value.split(","))
    return (
        tuple((column, tuple(values)) for column, values in among.items()),
        tuple((column, found.get("from"), found.get("to")) for column, found in ends.items()),
    )


def _events(among: tuple[Among, ...], filters: Query) -> tuple[Among, ...]:
    """Ids of events are texts; at most ten authors and objects, these of one kind alone."""
    values = dict(among)
    for name, column in (("created_by", "owner"), ("entity_id", "about")):
        if len(values.get(column, ())) > 10:
            raise BadQuery(f"filter[{name}] takes at most 10 values")
    if "about" in values and len(values.get("about_noun", ())) != 1:
        raise BadQuery("filter[entity_id] needs exactly one filter[entity]")
    ids = [value for key, value in filters if key.startswith("filter[id]")]
    if not ids:
        return among
    return (*among, ("id", tuple(event_number(id_) or 0 for id_ in ids)))


def _order(listing: Listing, query: Query) -> tuple[str, bool]:
    for key, value in query:
        match = _ORDER.fullmatch(key)
        if match and match[1] in listing.orders:
            return _ORDER_COLUMNS.get(match[1], match[1]), value.lower() == "desc"
    return "id", False  # an order that this list does not know is passed over


def _whole(value: str | None, usual: int) -> int:
    if not value or not value.isdecimal() or len(value) > 9:
        return usual
    return int(value) or usual
