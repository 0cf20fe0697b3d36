"""Comments: they have no list of their own, so that the deals tell which have new ones.

A deal tells when it was last commented on. Where deals cannot be sorted by that, those that changed
are looked at: whether a comment is a change of its deal is told nowhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from connectors.kit.contract import Page
from connectors.kit.records import Noun, RawRecord
from connectors.megaplan.answers import Row
from connectors.megaplan.lists import Listing
from connectors.megaplan.reading import Reader
from connectors.megaplan.walks import Ignored, Reach, Walks, changed_at, raw_records

COMMENTS = Listing("comment", "Comment", ("subject", "timeUpdated", "isDropped"))
_COMMENTED = "lastCommentTimeCreated"
_DEALS = Listing(
    "deal", "Deal", ("timeUpdated", _COMMENTED), created="timeCreated", changed="timeUpdated"
)
_BY_COMMENT = replace(_DEALS, changed=_COMMENTED)


class Comments:
    """Comments on the deals of one account."""

    def __init__(self, reader: Reader, days: timedelta) -> None:
        self._reader = reader
        self._days = days
        self._walks = Walks(reader, lambda _listing, _row: True)

    def pull(self, reach: Reach, until: datetime) -> Iterator[Page]:
        """What was said since, or in the latest months."""
        is_amid = reach.path is not None
        since = until - self._days if is_amid or reach.since is None else reach.since
        pages = self._walks.whole(Noun.DEAL, [_DEALS], reach)
        if not is_amid and reach.since is not None:
            pages = self._newest(reach)
        for page in pages:
            said = [row for deal in page.records for row in self._of(deal, since)]
            yield Page(raw_records(Noun.NOTE, said), page.cursor)

    def about(self, listing: Listing, external_id: str) -> Iterator[RawRecord]:
        """All comments on a record."""
        yield from raw_records(Noun.NOTE, list(self._all(listing, external_id)))

    def _newest(self, reach: Reach) -> Iterator[Page]:
        for deals in (_BY_COMMENT, _DEALS):
            try:
                yield from self._walks.newest(Noun.DEAL, [deals], reach)
            except Ignored:
                continue
            return
        yield from self._walks.whole(Noun.DEAL, [_DEALS], Reach(until=reach.until))

    def _of(self, deal: RawRecord, since: datetime) -> Sequence[Row]:
        last = changed_at(deal.body, _COMMENTED)
        if last is None or last < since:
            return ()
        rows = self._all(_DEALS, deal.external_id)
        return [row for row in rows if (changed_at(row, "timeCreated") or since) >= since]

    def _all(self, listing: Listing, external_id: str) -> Iterator[Row]:
        """All of them, for nobody promises an order; each tells what it is about."""
        about = {"subject": {"contentType": listing.kind, "id": external_id}}
        rows = self._reader.belonging(COMMENTS, f"{listing.path}/{external_id}/comments")
        return (about | row for row in rows)
