"""Walks through a list in the order of ids: from behind the last one, many pages in one request.

Each page of a batch begins behind the last row of the page before. Where that one was short the
reference leads nowhere and means "from the start": so nothing behind a short page is looked at.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.bitrix24.calling import Portal, command
from connectors.bitrix24.lists import PAGE, Listing, number
from connectors.kit.errors import ErrorKind, RetryLater
from connectors.kit.pages import chunks

Filters = Mapping[str, Any]
Rows = list[dict[str, Any]]
_GROWTH = 4
"""A list whose length nobody knows is asked for 1, 4, 16, ... pages at once."""


class Walker:
    """Reads lists of one portal."""

    def __init__(self, portal: Portal, most: int) -> None:
        self._portal = portal
        self._most = most

    def walk(self, listing: Listing, filters: Filters, after: int = 0) -> Iterator[Rows]:
        """All rows behind an id, as many together as came with one request."""
        wanted = 1
        while True:
            wanted = min(wanted, self._most)
            pages = self._pages(listing, filters, after, wanted)
            what = f"{self._portal.host} {listing.method}"
            try:
                rows, is_end = _joined(what, listing, pages, after)
            except RetryLater as error:
                if error.status != 504 or wanted == 1:
                    raise
                self._most = wanted = wanted // 2  # a gateway that gave up waiting for so many
                continue
            if rows:
                yield rows
                after = max(number(row, listing.id_row) for row in rows)
            if is_end:
                return
            wanted *= _GROWTH

    def some(self, listing: Listing, ids: Sequence[int]) -> Iterator[Rows]:
        """The rows with these ids that are there; an answer with others is none."""
        for asked in chunks(ids, PAGE):
            rows = self._page(listing, {f"@{listing.id_filter}": asked})
            if not {number(row, listing.id_row) for row in rows} <= set(asked):
                said = f"{self._portal.host} {listing.method}: the portal ignores the filter by ids"
                raise RetryLater(said, kind=ErrorKind.UNREADABLE)
            yield rows

    def of_many(self, listing: Listing, key: str, ids: Sequence[int]) -> Iterator[Any]:
        """The rows that belong to so many others, asked for fifty owners at a time."""
        for some in chunks([*chunks(ids, PAGE)], self._most):
            for part, rows in zip(some, self._firsts(listing, key, some), strict=True):
                yield from rows
                if len(rows) == PAGE:
                    last = number(rows[-1], listing.id_row)
                    for more in self.walk(listing, {key: part}, last):
                        yield from more

    def _firsts(self, listing: Listing, key: str, parts: Sequence[Sequence[int]]) -> Iterator[Rows]:
        """The first page of each part."""
        if len(parts) == 1:
            yield self._page(listing, {key: parts[0]})
            return
        commands = {
            f"o{place}": command(listing.method, listing.asked({key: part}))
            for place, part in enumerate(parts)
        }
        yield from self._batch(listing, commands)

    def _pages(
        self, listing: Listing, filters: Filters, after: int, wanted: int
    ) -> Iterator[Sequence[Any]]:
        if wanted == 1:
            start = {f">{listing.id_filter}": after} if after else {}
            yield self._page(listing, {**filters, **start})
            return
        last = f"[{listing.under}]" if listing.under else ""
        commands = {}
        for place in range(wanted):
            row = f"$result[p{place - 1}]{last}[{PAGE - 1}][{listing.id_row}]"
            behind: Filters = {f">{listing.id_filter}": row if place else after}
            commands[f"p{place}"] = command(listing.method, listing.asked({**filters, **behind}))
        yield from self._batch(listing, commands)

    def _batch(self, listing: Listing, commands: Mapping[str, str]) -> Iterator[Rows]:
        results, errors = self._portal.batch(commands)
        for name in commands:
            if name in errors:
                self._portal.fail(errors[name])
            yield self._rows(listing, results[name])

    def _page(self, listing: Listing, filters: Filters) -> Rows:
        return self._rows(listing, self._portal.call(listing.method, listing.asked(filters)))

    def _rows(self, listing: Listing, result: Any) -> Rows:
        rows = listing.rows(result)
        if rows is None:
            said = f"{self._portal.host} {listing.method}: the answer holds no list"
            raise RetryLater(said, kind=ErrorKind.UNREADABLE)
        return [row if isinstance(row, dict) else {"value": row} for row in rows]


def _joined(
    what: str, listing: Listing, pages: Iterator[Sequence[Any]], after: int
) -> tuple[Rows, bool]:
    """The rows up to the first short page, and whether there was one.

    A row that is not behind the last page means that the portal pages wrongly. Rows without an id
    are taken as they are.
    """
    found: Rows = []
    for rows in pages:
        numbers = [id_ for row in rows if (id_ := number(row, listing.id_row))]
        if numbers and min(numbers) <= after:
            raise RetryLater(f"{what}: a page repeats the one before; the portal does not page")
        found += rows
        if len(rows) < PAGE or not numbers:
            return found, True
        after = max(numbers)
    return found, False
