"""What has changed in Megaplan since a cursor, by the way that each list leaves open.

short     departments, employees and programs: all of them each time.
newest    companies, people, deals and tasks: the last change first, down to what is known; a list
          that does not come in that order is read whole. Whole once a week as well, for what goes
          without a word shows in nothing else.
seldom    invoices and definitions of custom fields, which tell no change: whole every few hours.
nested    comments and payments have no list of their own: the deals tell of theirs, see `comments`
          and `payments`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from connectors.kit.contract import Cursor, Page
from connectors.kit.records import Noun, RawRecord
from connectors.megaplan.answers import Row
from connectors.megaplan.comments import COMMENTS, Comments
from connectors.megaplan.lists import CUSTOM, LISTS, Listing, is_client
from connectors.megaplan.payments import OF_DEALS, PAYMENTS, Payments, is_payment
from connectors.megaplan.reading import Reader
from connectors.megaplan.settings import Settings
from connectors.megaplan.walks import OVERLAP, Ignored, Reach, Walks, raw_records

_CARDS: Mapping[Noun, Sequence[Listing]] = {Noun.NOTE: (COMMENTS,), Noun.PAYMENT: (PAYMENTS,)}
"""What has cards and no list."""


class Changes:
    """Pulls the nouns of one account."""

    def __init__(self, reader: Reader, settings: Settings) -> None:
        self._reader = reader
        self._whole_days = timedelta(days=settings.whole_days)
        self._seldom_hours = timedelta(hours=settings.seldom_hours)
        self._payments = Payments(reader)
        self._comments = Comments(reader, timedelta(days=settings.comment_days))

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """Everything when there is no cursor, then what has changed since."""
        reach = Reach.read(cursor)
        until = reach.until or self._reader.now()
        reach = reach.model_copy(update={"until": until})
        if noun is Noun.NOTE:
            return self._comments.pull(reach, until)
        if noun is Noun.FIELD:
            return self._fields(reach, until)
        if noun is Noun.PAYMENT:
            walks = Walks(self._reader, _keeps(Noun.DEAL))
            return self._payments.of(self._newest(walks, Noun.DEAL, [OF_DEALS], reach))
        lists, walks = LISTS[noun], Walks(self._reader, _keeps(noun))
        if lists[0].is_short:
            return walks.short(noun, lists[0])
        if lists[0].changed:
            return self._newest(walks, noun, lists, reach)
        return self._seldom(walks, noun, lists, reach)

    def some(self, noun: Noun, external_ids: Sequence[str]) -> Iterator[RawRecord]:
        """Those of the records that are there now."""
        asked = list(dict.fromkeys(external_ids))
        if noun is Noun.FIELD:
            yield from (raw for raw in self.fields() if raw.external_id in asked)
            return
        lists = LISTS.get(noun) or _CARDS[noun]
        if lists[0].is_short:
            pages = self.pull(noun, None)
            yield from (raw for page in pages for raw in page.records if raw.external_id in asked)
            return
        keeps = _keeps(noun)
        for listing in lists:
            ask = self._reader.one if noun in LISTS else self._reader.card
            found = (ask(listing, id_) for id_ in asked)
            yield from raw_records(noun, [row for row in found if row and keeps(listing, row)])

    def related(self, noun: Noun, external_id: str) -> Iterator[RawRecord]:
        """Tasks of a deal, and comments on a record."""
        for listing in LISTS.get(noun, ()) if external_id.isalnum() else ():
            if listing.kind == "Deal":
                path = f"deal/{external_id}/linkedTasks"
                rows = list(self._reader.belonging(LISTS[Noun.TASK][0], path))
                yield from raw_records(Noun.TASK, rows)
            yield from self._comments.about(listing, external_id)

    def _newest(
        self, walks: Walks, noun: Noun, lists: Sequence[Listing], reach: Reach
    ) -> Iterator[Page]:
        begin = Reach(until=reach.until)
        if reach.since is None or reach.path is not None:
            yield from walks.whole(noun, lists, reach)
        elif reach.until and reach.is_due(self._whole_days, reach.until):
            yield from walks.whole(noun, lists, begin)
        else:
            try:
                yield from walks.newest(noun, lists, reach)
            except Ignored:
                yield from walks.whole(noun, lists, begin)

    def _seldom(
        self, walks: Walks, noun: Noun, lists: Sequence[Listing], reach: Reach
    ) -> Iterator[Page]:
        """All of it, when it is time for that."""
        if reach.path is not None or self._is_time(reach):
            yield from walks.whole(noun, lists, reach.model_copy(update={"since": None}))

    def _is_time(self, reach: Reach) -> bool:
        if reach.since is None or reach.until is None:
            return True
        return reach.until - reach.since >= self._seldom_hours

    def _fields(self, reach: Reach, until: datetime) -> Iterator[Page]:
        if not self._is_time(reach):
            return
        yield Page(tuple(self.fields()), is_whole=True)
        yield Page((), Reach(since=until - OVERLAP).kept(), is_whole=True)

    def fields(self) -> Iterator[RawRecord]:
        """Definitions of custom fields, each under whose it is and its name."""
        for noun, path in CUSTOM.items():
            for row in self._reader.definitions(path):
                yield RawRecord(Noun.FIELD, f"{noun}/{row['name']}", row)


def _keeps(noun: Noun) -> Callable[[Listing, Row], bool]:
    """Which rows of a list are of a noun: people are companies when they are customers."""

    def keeps(listing: Listing, row: Row) -> bool:
        if noun is Noun.COMPANY and listing.kind == "ContractorHuman":
            return is_client(row)
        if noun is Noun.PAYMENT:
            return is_payment(row)
        return not (noun is Noun.TASK and row.get("isTemplate") is True)

    return keeps
