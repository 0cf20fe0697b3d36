"""Walks through lists of Megaplan: whole, in an order that does not move, or the last change first.

The row after which a page is asked for may be deleted meanwhile, and what is answered then is told
nowhere: so a few rows of a page are kept, and the next of them is tried. Where all are gone the
list is read from its beginning, which costs time and nothing else.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import lt
from typing import Any

from connectors.kit import pick
from connectors.kit.contract import Cursor, Page
from connectors.kit.errors import BadRecord, Refused, RetryLater
from connectors.kit.reach import ListReach
from connectors.kit.records import Noun, RawRecord
from connectors.megaplan.answers import Row
from connectors.megaplan.lists import Listing
from connectors.megaplan.reading import FILTER, Reader, Sheet
from connectors.megaplan.references import Key

OVERLAP = timedelta(minutes=30)
"""Rows may show so much later than the time they carry: each pull begins that much earlier."""
_PROOF = 10
"""Times one after the other, none of them rising, show that a list keeps its order."""
_END = "end"
Keeps = Callable[[Listing, Row], bool]


class Reach(ListReach):
    """The cursor. In the middle of a walk it also tells where that is, and until when it reads."""

    path: str | None = None
    after: tuple[Key, ...] = ()
    """Rows of the last page, the last one first."""


class Ignored(Exception):
    """A list does not come in the order that was asked for."""


class Walks:
    """Walks through the lists of one account."""

    def __init__(self, reader: Reader, keeps: Keeps) -> None:
        self._reader = reader
        self._keeps = keeps

    def short(self, noun: Noun, listing: Listing) -> Iterator[Page]:
        """All of a list that each pull gives in full."""
        yield Page(raw_records(noun, list(self._reader.all(listing))), is_whole=True)

    def whole(self, noun: Noun, lists: Sequence[Listing], reach: Reach) -> Iterator[Page]:
        """All rows; each page carries where to go on."""
        paths, is_whole = [listing.path for listing in lists], True
        begin = paths[0] if reach.path is None else reach.path
        for place, listing in enumerate(lists):
            if begin not in paths[: place + 1]:
                continue  # it was read before the walk was stopped
            after = reach.after if listing.path == begin else ()
            for sheet in self._sheets(listing, after):
                rows = [row for row in sheet.rows if self._keeps(listing, row)]
                path = listing.path if sheet.has_more else (*paths, _END)[place + 1]
                kept = tuple(sheet.last) if sheet.has_more else ()
                cursor = reach.model_copy(update={"path": path, "after": kept}).kept()
                is_whole = is_whole and self._reader.is_complete(listing)
                yield Page(raw_records(noun, rows), cursor, is_whole=is_whole)
        yield Page((), _arrived(reach, whole=reach.until), is_whole=is_whole)

    def newest(self, noun: Noun, lists: Sequence[Listing], reach: Reach) -> Iterator[Page]:
        """What changed since, the last change first; no page is kept before all are read.

        Raises Ignored where a list does not come so.
        """
        for listing in lists:
            for rows in self._changed(listing, reach.since):
                kept = [row for row in rows if self._keeps(listing, row)]
                yield Page(raw_records(noun, kept))
        yield Page((), _arrived(reach, whole=reach.whole or reach.until))

    def _changed(self, listing: Listing, since: datetime | None) -> Iterator[list[Row]]:
        by = listing.changed
        if not self._reader.has(listing, by):
            raise Ignored
        seen: list[datetime] = []
        runs: list[bool] = []
        """Whether rows told their time, once for all that stand together."""
        for sheet in self._sheets(listing, (), by=by, desc=True):
            times = [changed_at(row, by) for row in sheet.rows]
            known = [at for at in times if at is not None]
            seen += known
            runs = [one for one, _ in groupby([*runs, *(at is not None for at in times)])]
            if any(map(lt, seen, seen[1:])) or len(runs) > 2:
                raise Ignored  # rows without a time stand together, before or behind the others
            yield [
                row
                for row, at in zip(sheet.rows, times, strict=True)
                if at is None or since is None or at >= since
            ]
            is_proven, is_behind = len(seen) >= _PROOF, runs == [True, False]
            if is_proven and since is not None and (is_behind or seen[-1] < since):
                return
            seen = seen[-_PROOF:]

    def _sheets(
        self, listing: Listing, after: Sequence[Key], *, by: str | None = None, desc: bool = False
    ) -> Iterator[Sheet]:
        """Pages to the last one; from the first once more, where the way on is lost."""
        order = listing.created if by is None else by
        is_again = False
        while True:
            sheet = self._beyond(listing, after, order, desc=desc)
            if sheet is not None and sheet.has_more and not sheet.last:
                sheet = None
            if sheet is None and is_again:
                raise RetryLater(f"megaplan {listing.path}: it ends where more was promised")
            if sheet is None:
                is_again, after = True, ()
                continue
            if after and list(after) == list(sheet.last):
                raise RetryLater(f"megaplan {listing.path}: a page repeats the one before it")
            yield sheet
            if not sheet.has_more:
                return
            after = sheet.last

    def _beyond(
        self, listing: Listing, after: Sequence[Key], order: str, *, desc: bool
    ) -> Sheet | None:
        """The page after the first of those rows that is still there, or the first page.

        None where all of them are gone. Where more was promised an empty page is not believed.
        """
        if not after:
            return self._first(listing, order, desc=desc)
        for key in after:
            try:
                sheet = self._reader.sheet(listing, key, by=order, desc=desc)
            except Refused:
                continue
            if sheet.last:
                return sheet
        return None

    def _first(self, listing: Listing, order: str, *, desc: bool) -> Sheet:
        """The first page; a filter or an order that is refused is gone without."""
        try:
            return self._reader.sheet(listing, None, by=order, desc=desc)
        except Refused:
            if listing.filter and self._reader.has(listing, FILTER):
                self._reader.forget(listing, FILTER)
            elif self._reader.has(listing, order):
                self._reader.forget(listing, order)
            else:
                raise
        if desc and not self._reader.has(listing, order):
            raise Ignored
        return self._first(listing, order, desc=desc)


def _arrived(reach: Reach, *, whole: datetime | None) -> Cursor | None:
    return Reach(since=reach.until - OVERLAP, whole=whole).kept() if reach.until else None


def raw_records(noun: Noun, rows: Sequence[Row]) -> tuple[RawRecord, ...]:
    """Rows under their ids; one without an id under a mark of its content, to be listed."""
    return tuple(RawRecord.of(noun, _id(row), row) for row in rows)


def _id(row: Row) -> str | None:
    try:
        return pick.external_id(row)
    except BadRecord:
        return None


def changed_at(row: Any, by: str) -> datetime | None:
    """When a row changed; None where it does not tell, or not in a way that makes sense."""
    told = row.get(by)
    said = told.get("value") if isinstance(told, dict) else told
    try:
        found = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else None
