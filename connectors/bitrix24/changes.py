"""What is there, and what has changed since a cursor.

Lists are walked by id, and those rows asked for that changed since the last pull began. A stop in
the middle goes on behind the last id; the time moves at the end alone. Once a week all lists are
read whole, for a deletion shows in nothing else. A portal that ignores the filter by time gives
all rows each time, which is slow, and complete.

A list that is refused, or that nobody wants (that of leads), is noted as left out, and is read
whole when it is there again.

Requisites are changed without a word about their company: those of the last days are asked for by
themselves, and their companies are fetched again.
"""

from collections.abc import Generator, Iterator, Sequence
from datetime import timedelta
from typing import Any

from connectors.bitrix24.calling import Portal
from connectors.bitrix24.cursor import Reach
from connectors.bitrix24.entities import COMPANY, LEAD_IDS
from connectors.bitrix24.lexicon import JOINED, Lexicon
from connectors.bitrix24.lists import (
    ITEMS,
    LISTS,
    REQUISITES,
    Listing,
    is_ours,
    items,
    lists_of,
    number,
    owner_filter,
    raw_record,
)
from connectors.bitrix24.offline import hear
from connectors.bitrix24.settings import Settings
from connectors.bitrix24.trouble import is_off
from connectors.bitrix24.walking import Rows, Walker
from connectors.kit.contract import Page
from connectors.kit.errors import ErrorKind, NoRights, Refused
from connectors.kit.pages import chunks
from connectors.kit.records import Noun, RawRecord

_TOUCHED = ("DATE_MODIFY", "DATE_CREATE")
"""A new requisite has no time of a change."""
HEARD_WITH = Noun.COMPANY
"""With this noun the portal's queue of events is read, which tells of all of them."""
_NO_LEADS = "these are the leads; if the portal has none, set the option leads to no"
_PAGE = 250
"""Records that are handed on together."""


class Changes:
    """Reads the lists of one portal."""

    def __init__(self, portal: Portal, lexicon: Lexicon, settings: Settings) -> None:
        self._portal = portal
        self._lexicon = lexicon
        self._settings = settings
        self._walker = Walker(portal, settings.batch)

    def pull(self, noun: Noun, reach: Reach) -> Iterator[Page]:
        """Everything when nothing is known, then what has changed since."""
        if reach.until is None:
            reach = self._begun(noun, reach)
            if noun is HEARD_WITH and self._settings.offline and self._portal.is_app:
                hints, process = hear(self._portal, reach.process, leads=self._settings.leads)
                reach = reach.model_copy(update={"process": process})
                yield Page((), reach.kept(), hints, is_whole=reach.is_whole)
        else:
            reach = self._resumed(noun, reach)
        reach, refusal = yield from self._lists(noun, reach)
        if noun is Noun.COMPANY and not reach.is_whole:
            yield from self._requisites_changed(reach)
        yield Page((), reach.arrived().kept(), is_whole=self._is_whole(noun, reach))
        if refusal is not None:
            raise refusal

    def _lists(
        self, noun: Noun, reach: Reach
    ) -> Generator[Page, None, tuple[Reach, NoRights | None]]:
        """The lists of a noun from where the walk is; a refused one keeps none waiting."""
        lists = self._wanted(noun)
        places = [listing.prefix for listing in lists]
        refusal = None
        for listing in lists[places.index(reach.place) if reach.place in places else 0 :]:
            try:
                yield from self._list(noun, listing, reach)
            except NoRights as error:
                is_odd = isinstance(error, Refused) and not is_off(error.data)
                if is_odd or len(lists) == 1:
                    raise
                if listing.prefix == LEAD_IDS:
                    error.args, error.kind = (f"{error}; {_NO_LEADS}",), ErrorKind.UNFIT
                refusal, left = error, {*reach.left, listing.prefix}
            else:
                left = {*reach.left} - {listing.prefix}
            reach = reach.model_copy(update={"left": tuple(sorted(left))})
        return reach, refusal

    def some(self, noun: Noun, external_ids: Sequence[str]) -> Iterator[RawRecord]:
        """Those of the records that are there now."""
        for listing in self._wanted(noun):
            ids = [
                int(number_)
                for id_ in dict.fromkeys(external_ids)
                if id_.startswith(listing.prefix)
                and (number_ := id_.removeprefix(listing.prefix)).isdecimal()
            ]
            for rows in self._walker.some(listing, ids):
                yield from _records(noun, listing, self._joined(listing, rows))

    def about(self, noun: Noun, external_id: str) -> Iterator[RawRecord]:
        """Tasks and activities about a record."""
        for kind in (Noun.TASK, Noun.NOTE):
            for listing in LISTS[kind]:
                filters = owner_filter(listing, noun, external_id)
                for rows in self._walker.walk(listing, filters) if filters else ():
                    yield from _records(kind, listing, rows)

    def _begun(self, noun: Noun, reach: Reach) -> Reach:
        """A new walk: a whole one when it is time for that, but of a log that only grows."""
        now = self._portal.now()
        every = timedelta(days=self._settings.whole_days)
        is_due = reach.whole is None or reach.is_due(every, now)
        is_whole = reach.since is None or (is_due and noun is not Noun.EVENT)
        left = set() if is_whole else self._left(noun, reach)  # a whole walk reads that, too
        left |= self._unwanted(noun)
        return reach.model_copy(
            update={"until": now, "is_whole": is_whole, "left": tuple(sorted(left))}
        )

    def _resumed(self, noun: Noun, reach: Reach) -> Reach:
        """A walk that goes on. What it has left out is no part of it, so it is whole no more."""
        is_whole = self._is_whole(noun, reach)
        left = self._left(noun, reach) | self._unwanted(noun)
        return reach.model_copy(update={"is_whole": is_whole, "left": tuple(sorted(left))})

    def _is_whole(self, noun: Noun, reach: Reach) -> bool:
        """Whether a walk reads all there is of what is wanted."""
        return reach.is_whole and {*reach.left} <= self._unwanted(noun)

    def _left(self, noun: Noun, reach: Reach) -> set[str]:
        """What was not read until now: all leads, where a cursor is from before there were any."""
        leads = {one.prefix for one in LISTS[noun]} & {LEAD_IDS}
        return {*reach.left} | (set() if reach.counts_leads else leads)

    def _wanted(self, noun: Noun) -> Sequence[Listing]:
        return lists_of(noun, leads=self._settings.leads)

    def _unwanted(self, noun: Noun) -> set[str]:
        """The beginnings of ids from lists that nobody wants."""
        return {one.prefix for one in LISTS[noun]} - {one.prefix for one in self._wanted(noun)}

    def _list(self, noun: Noun, listing: Listing, reach: Reach) -> Iterator[Page]:
        """One list from where the walk is; a list that was left out before is read whole."""
        filters: dict[str, Any] = {}
        if reach.since and not reach.is_whole and listing.prefix not in reach.left:
            how = self._settings.dates if listing.method == ITEMS else "iso"
            filters = {f">={listing.changed}": self._portal.written(reach.since, how)}
        is_whole = self._is_whole(noun, reach)
        after = reach.after if reach.place == listing.prefix else 0
        for rows in self._walker.walk(listing, filters, after):
            for part in chunks(self._joined(listing, rows), _PAGE):
                last = max(number(row, listing.id_row) for row in part)
                cursor = reach.at(listing.prefix, last).kept() if last else None
                yield Page(_records(noun, listing, part), cursor, is_whole=is_whole)

    def _joined(self, listing: Listing, rows: Rows) -> Rows:
        """The rows with what has to be known to read them."""
        entity = listing.entity
        if entity is None:
            return rows
        rows = [self._lexicon.join(entity, row) for row in rows]
        return self._with_requisites(rows) if entity is COMPANY else rows

    def _with_requisites(self, rows: Rows) -> Rows:
        """Companies with their requisites, in the order of their ids."""
        ids = [id_ for row in rows if (id_ := number(row, "id"))]
        of: dict[int, list[Any]] = {}
        for found in self._walker.of_many(REQUISITES, "@ENTITY_ID", ids):
            of.setdefault(number(found, "ENTITY_ID"), []).append(found)
        return [
            {**row, JOINED: {**row.get(JOINED, {}), "requisites": mine}}
            if (mine := of.get(number(row, "id")))
            else row
            for row in rows
        ]

    def _requisites_changed(self, reach: Reach) -> Iterator[Page]:
        """The companies whose requisites were touched."""
        if reach.since is None:
            return
        since = self._portal.written(reach.since, "iso")
        ids: dict[int, None] = {}
        for key in _TOUCHED:
            for rows in self._walker.walk(REQUISITES, {f">={key}": since}):
                ids |= dict.fromkeys(number(row, "ENTITY_ID") for row in rows)
        listing = items(COMPANY)
        for rows in self._walker.some(listing, [id_ for id_ in ids if id_]):
            yield Page(_records(Noun.COMPANY, listing, self._joined(listing, rows)))


def _records(noun: Noun, listing: Listing, rows: Sequence[Any]) -> tuple[RawRecord, ...]:
    return tuple(raw_record(noun, listing, row) for row in rows if is_ours(noun, row))
