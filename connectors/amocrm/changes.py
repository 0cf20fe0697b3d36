"""What has changed in amoCRM since a cursor, by whatever way the noun and the account leave open.

window   `filter[updated_at]`. Free for tasks and notes; for deals, contacts, companies and
         customers a paid option, which is passed over in silence where it is off: a row from before
         the window shows it, and another way is taken in the same run.
newest   without that option: deals, contacts and companies, the last change first, down to what is
         known.
heard    what has neither (customers, purchases, elements of catalogs): the log of events names
         them, and once a day the whole list is read, for the log does not tell everything.
notes    four lists: the log tells which of them have new ones. No event tells of a note that was
         edited; it comes when all four are read, once an hour.
seldom   definitions of fields: all of them, once an hour; an empty list with each pull.

A list that the account does not show (402, 403, 422) does not hold up the other lists of its noun,
and all of it is read as soon as it is there again: the cursor remembers it.

Once a week the lists of `window` and `newest` are read whole, too: a row that an import dates back
or that vanishes without an event shows in no other way.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from connectors.amocrm.cursor import Reach, heard
from connectors.amocrm.events import Events
from connectors.amocrm.left import Left, without_cursors
from connectors.amocrm.lists import Listing, raw_records
from connectors.amocrm.log import Log
from connectors.amocrm.reading import Reader
from connectors.amocrm.settings import Settings
from connectors.amocrm.walks import Ignored, Walks
from connectors.kit.contract import Cursor, Page
from connectors.kit.errors import NoRights, Refused
from connectors.kit.records import Noun

_MOST_NAMED = 200
"""More records than this are not fetched by their ids: their list is read."""

_BY_TIME = frozenset({Noun.COMPANY, Noun.CONTACT, Noun.DEAL, Noun.CUSTOMER, Noun.TASK})
"""Nouns whose changes are asked for by their time."""

Lists = Sequence[Listing]


class Changes:
    """Pulls the nouns of one account."""

    def __init__(self, reader: Reader, settings: Settings) -> None:
        self._reader = reader
        self._walks = Walks(reader)
        self._log = Log(reader)
        self._events = Events(reader, timedelta(days=settings.event_days))
        self._whole_every = timedelta(hours=settings.whole_every)
        self._whole_days = timedelta(days=settings.whole_days)
        self._notes_every = timedelta(hours=settings.notes_every)

        self._ways: Mapping[Noun, Callable[[Lists, Reach, datetime], Iterator[Page]]] = {
            Noun.FIELD: self._seldom,
            Noun.PRODUCT: self._heard,
            Noun.COMPANY: self._paid,
            Noun.CONTACT: self._paid,
            Noun.DEAL: self._paid,
            Noun.CUSTOMER: self._paid,
            Noun.PURCHASE: self._heard,
            Noun.INVOICE: self._heard,
            Noun.TASK: lambda lists, reach, _: self._walks.window(lists, reach, reach.since),
            Noun.NOTE: self._notes,
            Noun.EVENT: lambda _, reach, until: self._events.pull(reach, until),
        }

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """Everything when there is no cursor, then what has changed since.

        Where there is no list nothing is read, and nothing is known.
        """
        reach = Reach.read(cursor)
        until = reach.until or self._reader.now()
        lists, way = self._reader.lists(noun), self._ways.get(noun)
        if not lists:
            return iter(())
        if way is None:
            return self._short(lists)
        is_amid = reach.page is not None
        if noun in _BY_TIME and not is_amid and reach.is_due(self._whole_days, until):
            return way(lists, Reach(until=until), until)
        return way(lists, reach.model_copy(update={"until": until}), until)

    def _paid(self, lists: Lists, reach: Reach, until: datetime) -> Iterator[Page]:
        """By the paid filter where it works, else as the list allows."""
        if reach.since is None:
            yield from self._walks.window(lists, reach, None)
            return
        if self._reader.is_filter_on:
            try:
                yield from self._walks.window(lists, reach, reach.since)
            except (Ignored, Refused):
                self._reader.distrust_filter()
            else:
                return
        if lists[0].has_newest_first:
            yield from self._newest(lists, reach, until)
        else:
            yield from self._heard(lists, reach, until)

    def _newest(self, lists: Lists, reach: Reach, until: datetime) -> Iterator[Page]:
        try:
            yield from self._walks.newest(lists[0], reach, until)
        except Ignored:
            yield from self._walks.window(lists, Reach(until=until), None)

    def _heard(self, lists: Lists, reach: Reach, until: datetime) -> Iterator[Page]:
        """What the log of events names; everything when it is time for that."""
        named = None
        if reach.since is not None and until - reach.since < self._whole_every:
            named = self._named(lists, reach.heard or reach.since, until)
        if named is None or len(named) > _MOST_NAMED:
            begin = reach if reach.since is None else Reach(until=until)
            yield from self._walks.window(lists, begin, None)
            return
        for listing in lists if named else ():
            if listing.path not in reach.out:
                yield Page(raw_records(listing, self._reader.some(listing, named)))
        yield from self._of_some(lists, frozenset(), reach, until)

    def _named(self, lists: Lists, since: datetime, until: datetime) -> list[str] | None:
        try:
            return self._log.named(lists, since, until)
        except NoRights:
            return None

    def _notes(self, lists: Lists, reach: Reach, until: datetime) -> Iterator[Page]:
        """The lists that the log names; all four when it is time for that."""
        named = None
        is_amid = reach.page is not None
        if reach.since is not None and not is_amid and until - reach.since < self._notes_every:
            named = self._log.noted(reach.heard or reach.since, until)
        if named is None:
            yield from self._walks.window(lists, reach, reach.since)
            return
        yield from self._of_some(lists, named, reach, until)

    def _of_some(
        self, lists: Lists, chosen: Collection[str], reach: Reach, until: datetime
    ) -> Iterator[Page]:
        """The chosen lists and those that were left out, and how far the log was asked.

        What of the lists is known stays as it was, so that no page has a cursor to go on from.
        """
        some = [one for one in lists if one.path in chosen or one.path in reach.out]
        left = yield from without_cursors(self._walks.parts(some, reach, reach.since))
        yield Page((), heard(reach, until).leaving(left.out).kept())
        left.tell()

    def _short(self, lists: Lists) -> Iterator[Page]:
        left = yield from self._walks.short(lists, Left(is_whole=True))
        left.tell()

    def _seldom(self, lists: Lists, reach: Reach, until: datetime) -> Iterator[Page]:
        """Nothing until it is time to read all of it, but what was left out."""
        is_due = reach.since is None or until - reach.since >= self._notes_every
        some = lists if is_due else [one for one in lists if one.path in reach.out]
        if some:
            end = Reach(since=until if is_due else reach.since)
            left = yield from self._walks.short(some, Left(frozenset(reach.out), is_whole=is_due))
            yield Page((), end.leaving(left.out).kept(), is_whole=left.is_whole)
            left.tell()
