"""Asks Megaplan: a page of a list, a card, the definitions of custom fields."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

import orjson

from connectors.kit.errors import ErrorKind, NoRights, Refused, RetryLater
from connectors.kit.http import CrmHttp
from connectors.megaplan.answers import Row, complaint, has_more, the_row, the_rows
from connectors.megaplan.bulk import Bulk
from connectors.megaplan.lists import Listing
from connectors.megaplan.payers import Payers
from connectors.megaplan.references import Key, key_of, settled

ROOT = "/api/v3/"
FULL = 100
"""Rows of a page: more is taken by some lists, and told by no document."""
_LONGEST = 5_000
"""Letters of names of custom fields in one address: gateways refuse long ones."""
FILTER, _CUSTOM = "filter", "extraFields"
_NAME = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a list as it was answered."""

    rows: list[Row]
    has_more: bool
    last: Sequence[Key]
    """Rows that the next page may be asked after, the last of the page first."""


_NOTHING = Sheet([], has_more=False, last=())


class Reader:
    """Reads from one account."""

    def __init__(self, http: CrmHttp, mapped: Iterable[str]) -> None:
        self._http = http
        self._bulk = Bulk(http, ROOT)
        self._payers = Payers(self.card, self.belonging, self.all)
        self._mapped = {field.rpartition("/")[2] for field in mapped}
        self._defined: dict[str, list[Row]] = {}
        self._unknown: set[tuple[str, str]] = set()
        """Fields and orders that this account does not have, by the path of their list."""

    def now(self) -> datetime:
        """What time the account has."""
        found = self._http.server_time()
        return found or self._http.get(f"{ROOT}currentUser").at

    def sheet(
        self, listing: Listing, after: Key | None, *, by: str = "", desc: bool = False
    ) -> Sheet:
        """One page. Fields that the account does not know are asked for no more."""
        fields = self._fields(listing)
        order = self._order(listing, by, desc=desc)
        query = self._query(listing, fields, _after(after) | ({"sortBy": order} if order else {}))
        try:
            answer = self._http.get(f"{ROOT}{listing.path}?{_encoded(query)}")
        except Refused as error:
            if self._learns(listing, fields, error):
                return self.sheet(listing, after, by=by, desc=desc)
            raise
        return self._sheet(listing, answer.data)

    def forget(self, listing: Listing, what: str) -> None:
        """Ask for this order, or for the filter, no more: the account refuses it."""
        self._unknown.add((listing.path, what))

    def has(self, listing: Listing, what: str) -> bool:
        """Whether a list can be had in an order, or with its filter, as far as is known."""
        return bool(what) and (listing.path, what) not in self._unknown

    def is_complete(self, listing: Listing) -> bool:
        """Whether a walk to the end shows all rows: without its filter a list may hide some."""
        return listing.filter is None or self.has(listing, FILTER)

    def one(self, listing: Listing, external_id: str) -> Row | None:
        """One row by its id, as its list has it; None when it is not there, or not for us.

        A card has other fields than a list: it is looked at where the list does not show the row.
        """
        held = {"limit": 1, "pageWith": {"contentType": listing.kind, "id": external_id}}
        query = self._query(listing, self._fields(listing), held)
        try:
            answer = self._http.get(f"{ROOT}{listing.path}?{_encoded(query)}")
            rows = self._sheet(listing, answer.data).rows
        except Refused:
            rows = []
        for row in rows:
            if str(row.get("id")) == external_id:
                return row
        return self.card(listing, external_id)

    def card(self, listing: Listing, external_id: str) -> Row | None:
        """One object by its id; None when it is not there, or not for us."""
        if not external_id.isalnum():
            return None
        try:
            answer = self._http.get(f"{ROOT}{listing.path}/{external_id}", may_be_absent=True)
        except NoRights as error:
            if error.kind is not ErrorKind.NOT_THERE:
                raise
            return None
        return next(iter(self._ours(listing, [the_row(answer.data)])), None)

    def belonging(self, listing: Listing, path: str) -> Iterator[Row]:
        """All rows of a list that belongs to an object, such as its comments."""
        return next(self.each_belonging(listing, [path]))

    def each_belonging(self, listing: Listing, paths: Sequence[str]) -> Iterator[Iterator[Row]]:
        """All rows of each of such lists, in their order; none where the object is gone."""

        def address(path: str, after: Key | None = None) -> str:
            query = self._query(listing, listing.fields, _after(after))
            return f"{ROOT}{path}?{_encoded(query)}"

        def fetch(path: str, first: Any, after: Key | None) -> Sheet:
            if after is None and first is not None:
                return self._sheet(listing, first)
            answer = self._http.get(address(path, after), may_be_absent=True)
            return _NOTHING if answer.data is None else self._sheet(listing, answer.data)

        firsts = self._bulk.get([address(path) for path in paths])
        for path, first in zip(paths, firsts, strict=True):
            yield _rows(path, partial(fetch, path, first))

    def all(self, listing: Listing) -> Iterator[Row]:
        """All rows of a list that is walked at once."""
        return _rows(listing.path, lambda after: self.sheet(listing, after))

    def definitions(self, path: str) -> list[Row]:
        """Custom fields of a kind of record; asked once."""
        if path not in self._defined:
            answer = self._http.get(f"{ROOT}{path}/extraFields?{_encoded({'limit': 500})}")
            self._defined[path] = [row for row in the_rows(answer.data) if _is_custom(row)]
        return self._defined[path]

    def _known(self, listing: Listing) -> list[Row]:
        """Custom fields of a list; none where we may not see what there is."""
        if (listing.path, _CUSTOM) in self._unknown:
            return []
        try:
            return self.definitions(listing.path)
        except NoRights:
            self._unknown.add((listing.path, _CUSTOM))
            return []

    def _fields(self, listing: Listing) -> list[str]:
        wanted = [*listing.fields, *self._custom(listing)]
        return [name for name in wanted if (listing.path, name) not in self._unknown]

    def _custom(self, listing: Listing) -> list[str]:
        """Names of custom fields, the mapped ones first, as many as an address can hold."""
        if not listing.has_custom:
            return []
        names = [str(field["name"]) for field in self._known(listing)]
        names.sort(key=lambda name: name not in self._mapped)
        room, fitting = _LONGEST, []
        for name in names:
            room -= len(name) + 3
            if room >= 0:
                fitting.append(name)
        return fitting

    def _order(self, listing: Listing, by: str, *, desc: bool) -> list[Row]:
        if not self.has(listing, by):
            return []
        return [{"contentType": "SortField", "fieldName": by, "desc": desc}]

    def _query(self, listing: Listing, fields: Sequence[str], more: Row) -> Row:
        query: Row = {"limit": FULL, **more}
        if fields:
            query["fields"] = list(fields)
            if listing.is_narrow:
                query["onlyRequestedFields"] = True
        if listing.filter and self.has(listing, FILTER):
            query["filter"] = listing.filter
        return query

    def _learns(self, listing: Listing, fields: Sequence[str], error: Refused) -> bool:
        """Whether a refusal names fields that were asked for."""
        told = _NAME.findall(complaint(error.data))
        named = {(listing.path, name) for name in fields if name in told}
        self._unknown |= named
        return bool(named)

    def _sheet(self, listing: Listing, data: Any) -> Sheet:
        rows = the_rows(data)
        told = [row for row in rows if isinstance(row, dict)]
        last = [key_of(told[place]) for place in (-1, len(told) // 2, 0)] if told else []
        return Sheet(self._ours(listing, rows), has_more(data), list(dict.fromkeys(last)))

    def _ours(self, listing: Listing, rows: Sequence[Any]) -> list[Row]:
        """The rows of our kind, as they always read, with what is told elsewhere."""
        found = [row for row in settled(rows) if row.get("contentType") == listing.kind]
        for row in found:
            for name in listing.volatile:
                row.pop(name, None)
        self._payers.add(found)
        if listing.has_custom:
            _describe(found, self._known(listing))
        return found


def _rows(path: str, fetch: Callable[[Key | None], Sheet]) -> Iterator[Row]:
    """The rows of all pages, from the first to the last."""
    sheet = fetch(None)
    yield from sheet.rows
    while sheet.has_more and sheet.last:
        before, sheet = sheet.last, fetch(sheet.last[0])
        if sheet.last == before:
            raise RetryLater(f"megaplan {path}: a page repeats the one before it")
        yield from sheet.rows


def _describe(rows: Sequence[Row], defined: Sequence[Row]) -> None:
    """Put beside the values of custom fields what people call them and what they hold."""
    for row in rows:
        held = [field for field in defined if row.get(field["name"]) not in (None, "", [])]
        if held:
            row["extraFields"] = held


def _is_custom(row: Any) -> bool:
    return isinstance(row, dict) and "CustomField" in str(row.get("name"))


def _after(key: Key | None) -> Row:
    return {} if key is None else {"pageAfter": {"contentType": key[0], "id": key[1]}}


def _encoded(query: Mapping[str, Any]) -> str:
    return quote(orjson.dumps(query), safe="")
