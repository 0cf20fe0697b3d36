"""Pulls amoCRM's log of events, of which no document says in what order it comes.

A log only grows: whatever its order, what comes meanwhile moves others to later pages, and pages
are read from the first to the last. What itself shows late is found by the next pull, which begins
half an hour earlier.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from connectors.amocrm.cursor import Reach, arrived
from connectors.amocrm.lists import raw_records
from connectors.amocrm.log import EVENTS, created, hints
from connectors.amocrm.reading import Reader
from connectors.kit.contract import Page
from connectors.kit.pages import Fetch, forwards, in_parts, insisting
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
        page = reach.page or 0
        while since < until:
            end = min(since + _SPAN, until)
            pages = forwards(self._fetch(since, end), what="amocrm event", first=page + 1)
            for number, rows in enumerate(pages, page + 1):
                raws = raw_records(EVENTS, rows)
                here = Reach(since=since, heard=reach.heard, until=until, page=number)
                yield _told(raws, edge, here)
                edge |= _at(raws, end)
            since, page = end, 0
        yield Page((), arrived(until).kept())

    def _fetch(self, since: datetime, until: datetime) -> Fetch:
        fetch = partial(self._reader.page, EVENTS, created(since, until))
        parts = in_parts(fetch, full=EVENTS.limit, from_end=False)
        return insisting(parts, full=EVENTS.limit, is_whole=False)


def _told(raws: tuple[RawRecord, ...], known: frozenset[str], here: Reach) -> Page:
    new = tuple(raw for raw in raws if raw.external_id not in known)
    return Page(new, here.kept(), hints(new, is_first=here.heard is None))


def _at(raws: tuple[RawRecord, ...], end: datetime) -> frozenset[str]:
    """Ids of the events in the last second of a window."""
    return frozenset(
        raw.external_id for raw in raws if raw.body.get("created_at") == int(end.timestamp())
    )
