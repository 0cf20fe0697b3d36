"""Comments: they have no list of their own, so that the deals tell which have new ones.

A deal tells when it was last commented on. A first load walks all deals, and so does each pull
where they cannot be sorted by that: whether a comment is a change of its deal is told nowhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from connectors.kit.contract import Page
from connectors.kit.errors import Refused
from connectors.kit.records import Noun, RawRecord
from connectors.megaplan.answers import Row
from connectors.megaplan.lists import Listing, deals_with
from connectors.megaplan.reading import Reader
from connectors.megaplan.walks import Ignored, Reach, Walks, changed_at, raw_records

COMMENTS = Listing("comment", "Comment", ("subject", "timeUpdated", "isDropped"))
_COMMENTED = "lastCommentTimeCreated"
_DEALS = deals_with(_COMMENTED)
_BY_COMMENT = replace(_DEALS, changed=_COMMENTED)


class Comments:
    """Comments on the deals of one account."""

    def __init__(self, reader: Reader, days: timedelta) -> None:
        self._reader = reader
        self._days = days
        self._walks = Walks(reader, lambda _listing, _row: True)

    def pull(self, reach: Reach, until: datetime) -> Iterator[Page]:
        """What was said since, or in the latest months."""
        since = reach.since or until - self._days
        for page in self._deals(reach):
            late = [raw.external_id for raw in page.records if self._is_late(raw, since)]
            said = [row for rows in self._about(_DEALS, late) for row in rows]
            kept = [row for row in said if (changed_at(row, "timeCreated") or since) >= since]
            yield Page(raw_records(Noun.NOTE, kept), page.cursor)

    def about(self, listing: Listing, external_id: str) -> Iterator[RawRecord]:
        """All comments on a record."""
        for rows in self._about(listing, [external_id]):
            yield from raw_records(Noun.NOTE, rows)

    def _deals(self, reach: Reach) -> Iterator[Page]:
        """Deals that may have been commented on; all, in a first load, which can be stopped."""
        if reach.since is not None and reach.path is None and self._is_sorted():
            try:
                yield from self._walks.newest(Noun.DEAL, [_BY_COMMENT], reach)
            except Ignored:
                pass
            else:
                return
        yield from self._walks.whole(Noun.DEAL, [_DEALS], reach)

    def _is_sorted(self) -> bool:
        """Whether deals may come by their last comment; the walk looks at what they tell.

        A list that ignores what it is asked for comes the same way up and down.
        """
        try:
            up, down = (
                self._reader.sheet(_BY_COMMENT, None, by=_COMMENTED, desc=desc).rows
                for desc in (False, True)
            )
        except Refused:
            return False
        return up != down or len(up) < 2

    def _is_late(self, deal: RawRecord, since: datetime) -> bool:
        last = changed_at(deal.body, _COMMENTED)
        return last is not None and last >= since

    def _about(self, listing: Listing, ids: Sequence[str]) -> Iterator[list[Row]]:
        """All of each, for nobody promises an order; each tells what it is about."""
        paths = [f"{listing.path}/{id_}/comments" for id_ in ids]
        for id_, rows in zip(ids, self._reader.each_belonging(COMMENTS, paths), strict=True):
            about = {"subject": {"contentType": listing.kind, "id": id_}}
            yield [about | row for row in rows]
