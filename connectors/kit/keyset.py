"""Walks a list in the order of its ids, which can be asked for what has changed since a time.

Behind the last id nothing moves: what is deleted meanwhile hides no other row, and what changes
meanwhile comes with the next pull, which begins a little before this one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.kit.contract import Cursor, Page
from connectors.kit.errors import RetryLater
from connectors.kit.reach import ListReach
from connectors.kit.records import RawRecord


class _Place(ListReach):
    """And the last id that was read, in the middle of a walk."""

    after: str | None = None


@dataclass(frozen=True, slots=True)
class Keyset:
    """One list."""

    what: str
    """Its name, for messages."""
    fetch: Callable[[str | None, datetime | None], Sequence[RawRecord]]
    """Given an id and a time, the next rows in the order of ids that changed since the time: the
    first ones for None, all for None; empty at the end alone."""
    now: Callable[[], datetime]
    """What time the CRM has."""
    overlap: timedelta = timedelta(minutes=10)
    """Rows may show so much later than the time that they carry."""
    whole_every: timedelta = timedelta(days=7)
    """So often all is read, to see who is gone; never again for zero."""

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """Everything when there is no cursor, or when it is time for that; else what changed."""
        reach = _Place.read(cursor)
        until = reach.until or self.now()
        if reach.until is None and reach.is_due(self.whole_every, until):
            reach = _Place()
        is_whole, after = reach.since is None, reach.after
        while rows := self.fetch(after, reach.since):
            if rows[-1].external_id == after:
                raise RetryLater(f"{self.what}: a page repeats; the server does not page")
            after = rows[-1].external_id
            at = reach.model_copy(update={"until": until, "after": after})
            yield Page(tuple(rows), at.kept(), is_whole=is_whole)
        end = _Place(since=until - self.overlap, whole=until if is_whole else reach.whole)
        yield Page((), end.kept(), is_whole=is_whole)
