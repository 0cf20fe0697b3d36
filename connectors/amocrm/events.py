"""Pulls amoCRM's log of events, of which no document says in what order it comes.

A window of time that is over holds the same events whenever it is asked for, so that its pages do
not move. The last minutes may still grow: they are read once now, and again, as a part of such a
window, by the next pull.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from connectors.amocrm.cursor import OVERLAP, Reach, arrived
from connectors.amocrm.lists import raw_records
from connectors.amocrm.log import EVENTS, created, hints
from connectors.amocrm.reading import Reader
from connectors.kit.contract import Page
from connectors.kit.pages import Fetch, Rows, backwards, in_parts
from connectors.kit.records import RawRecord

_SPAN = timedelta(days=30)
"""Windows are no longer, for nobody says how deep pages go."""


class Events:
    """The log of one account."""

    def __init__(self, reader: Reader, reach_back: timedelta) -> None:
        self._reader = reader
        self._reach_back = reach_back

    def pull(self, reach: Reach, until: datetime) -> Iterator[Page]:
        """Events since the cursor; only of the last days when there is none."""
        since = reach.since or until - self._reach_back
        edge: frozenset[str] = frozenset()  # windows touch: what is at the border comes twice
        first = None if reach.page or reach.since is None else self._few(since, until)
        if first is not None:
            yield self._page(first, reach, edge)
            since = until
        while since < until - OVERLAP:
            end = min(since + _SPAN, until - OVERLAP)
            last = reach.page - 1 if reach.page is not None else None
            for number, rows in self._window(since, end, last):
                here = Reach(since=since, heard=reach.heard, until=until, page=number)
                page = self._page(rows, reach, edge, here)
                edge |= _at(page.records, end)
                yield page
            since, reach = end, reach.at(None, None)
            yield Page((), Reach(since=since, heard=reach.heard, until=until).kept())
        if since < until:
            for _, rows in self._window(since, until, None):
                yield self._page(rows, reach, edge)
        yield Page((), arrived(until).kept())

    def _few(self, since: datetime, until: datetime) -> Rows | None:
        """All of a window when it has one page, as mostly; None when it has more."""
        fetch = self._fetch(since, until)
        first = fetch(1)
        is_all = len(first) < EVENTS.limit and (not first or not fetch(2))
        return first if is_all else None

    def _window(
        self, since: datetime, until: datetime, last: int | None
    ) -> Iterator[tuple[int, Rows]]:
        fetch = self._fetch(since, until)
        return backwards(fetch, what="amocrm event", full=EVENTS.limit, last=last)

    def _fetch(self, since: datetime, until: datetime) -> Fetch:
        def fetch(page: int, size: int) -> Rows:
            more = (("limit", str(size)), ("page", str(page)))
            return self._reader.rows(EVENTS, (*created(since, until), *more))

        return in_parts(fetch, full=EVENTS.limit)

    def _page(
        self, rows: Rows, reach: Reach, known: frozenset[str], here: Reach | None = None
    ) -> Page:
        """The first load tells nothing to look at again: all that there is comes anyway."""
        raws = tuple(raw for raw in raw_records(EVENTS, rows) if raw.external_id not in known)
        cursor = here.kept() if here else None
        return Page(raws, cursor, hints(raws) if reach.heard is not None else ())


def _at(raws: tuple[RawRecord, ...], end: datetime) -> frozenset[str]:
    """Ids of the events in the last second of a window."""
    return frozenset(
        raw.external_id for raw in raws if raw.body.get("created_at") == int(end.timestamp())
    )
