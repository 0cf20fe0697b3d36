"""Walks through lists of amoCRM: whole, within a window of time, or newest first."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any

from connectors.amocrm.cursor import Reach, arrived, seconds
from connectors.amocrm.left import Left, Walk, read
from connectors.amocrm.lists import Listing, Query, raw_records
from connectors.amocrm.reading import Reader
from connectors.kit.contract import Page
from connectors.kit.pages import Rows, backwards, forwards, in_parts, insisting, newest_first

_NEWEST: Query = (("order[updated_at]", "desc"),)


class Ignored(Exception):
    """A filter or an order was asked for, and the answer does not keep to it."""


class Walks:
    """Walks through the lists of one account."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def short(self, listings: Sequence[Listing], left: Left) -> Walk:
        """All of short lists; an empty one counts as left out, too: it may be so by mistake.

        Nothing is left out where the account itself says that it has no customers.
        """
        for listing in listings:
            rows = self._forwards(listing, doubts=listing.path not in left.out)
            pages = (Page(raw_records(listing, page), is_whole=left.is_whole) for page in rows)
            found = yield from read(listing, pages, left, is_empty_left=True)
            if not (listing.may_be_off and self._reader.has_no_customers):
                left = found
        return left

    def window(
        self, listings: Sequence[Listing], reach: Reach, since: datetime | None
    ) -> Iterator[Page]:
        """What changed in the window, or all of it, and the cursor of its end."""
        left = yield from self.parts(listings, reach, since)
        if reach.until is not None and any(one.path not in left.out for one in listings):
            whole = reach.until if since is None else reach.whole or reach.until
            end = arrived(reach.until, whole).leaving(left.out)
            yield Page((), end.kept(), is_whole=left.is_whole)
        left.tell()

    def parts(self, listings: Sequence[Listing], reach: Reach, since: datetime | None) -> Walk:
        """What changed in the window, or all of it, each list from its last page to the first.

        The window ends where the walk began: what changes meanwhile leaves it, so that the lists
        can only shrink, and comes with the next pull. Of a list that was left out before all is
        read: nobody knows what has changed since.
        """
        paths = [listing.path for listing in listings]
        first = paths.index(reach.path) if reach.path in paths else 0
        left = Left(frozenset(reach.out), is_whole=since is None and not reach.out)
        for number, listing in enumerate(listings[first:]):
            is_begun = not number and reach.path in {None, listing.path}
            last = reach.page - 1 if is_begun and reach.page is not None else None
            begin = None if listing.path in reach.out else since
            pages = self._window(listing, reach.leaving(left.out), begin, last)
            if not left.is_whole:
                pages = (replace(page, is_whole=False) for page in pages)
            left = yield from read(listing, pages, left, is_empty_left=False)
        return left

    def newest(self, listing: Listing, reach: Reach, until: datetime) -> Iterator[Page]:
        """What changed, by its last change, down to a page of known rows; no page is kept before.

        Raises Ignored at the first page when the list comes in another order.
        """
        fetch, what = partial(self._reader.page, listing, _NEWEST), f"amocrm {listing.noun}"
        for rows in newest_first(fetch, what=what, full=listing.limit):
            if not _is_newest_first(rows):
                raise Ignored
            fresh = [row for row in rows if not (reach.since and _is_older(row, reach.since))]
            if not fresh:
                break
            yield Page(raw_records(listing, fresh))
        yield Page((), arrived(until, reach.whole or until).kept())

    def _forwards(self, listing: Listing, *, doubts: bool) -> Iterator[Rows]:
        fetch = partial(self._reader.page, listing, listing.order)
        asked = insisting(fetch, full=listing.limit, is_whole=doubts)
        if not listing.is_paged:  # one answer without pages: a second would be the same again
            return iter([asked(1)])
        return forwards(asked, what=f"amocrm {listing.noun}")

    def _window(
        self, listing: Listing, reach: Reach, since: datetime | None, last: int | None
    ) -> Iterator[Page]:
        query = listing.order
        if since is not None and reach.until is not None:
            query = (*query, *_updated(since, reach.until))
        parts = in_parts(
            partial(self._reader.page, listing, query), full=listing.limit, from_end=True
        )
        asked = insisting(parts, full=listing.limit, is_whole=since is None)
        what = f"amocrm {listing.noun}"
        for number, rows in backwards(asked, what=what, full=listing.limit, last=last):
            fresh = [row for row in rows if since is None or not _is_older(row, since)]
            if listing.is_paid and len(fresh) < len(rows):
                raise Ignored
            cursor = reach.at(listing.path, number).kept()
            yield Page(raw_records(listing, fresh), cursor, is_whole=since is None)


def _updated(since: datetime, until: datetime) -> Query:
    return (
        ("filter[updated_at][from]", seconds(since)),
        ("filter[updated_at][to]", seconds(until)),
    )


def _is_older(row: Any, since: datetime) -> bool:
    """Whether a row was surely not asked for; one that makes no sense is passed on."""
    updated_at = row.get("updated_at") if isinstance(row, dict) else None
    return isinstance(updated_at, int) and updated_at < int(since.timestamp())


def _is_newest_first(rows: Rows) -> bool:
    times = [row.get("updated_at") for row in rows if isinstance(row, dict)]
    known = [at for at in times if isinstance(at, int)]
    return all(one >= other for one, other in pairwise(known))
