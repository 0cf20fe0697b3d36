"""Asks amoCRM's log of events about other nouns, and reads in it what to look at again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from connectors.amocrm.cursor import seconds
from connectors.amocrm.lists import LISTS, Listing, Query
from connectors.amocrm.mapping_stream import note_of, values
from connectors.amocrm.naming import PLURALS, SINGULARS
from connectors.amocrm.reading import Reader
from connectors.kit import pick
from connectors.kit.contract import Hint, HintKind
from connectors.kit.errors import BadRecord
from connectors.kit.pages import forwards
from connectors.kit.records import Noun, RawRecord

EVENTS = LISTS[Noun.EVENT][0]
_MOST_PAGES = 5
"""After so many pages of news it is cheaper to read the list itself."""
_NOTES = (
    "common_note_added,attachment_note_added,geo_note_added,service_note_added,"
    "site_visit_note_added,targeting_in_note_added,targeting_out_note_added,"
    "message_to_cashier_note_added,incoming_call,outgoing_call,incoming_sms,outgoing_sms"
)


def created(since: datetime, until: datetime) -> Query:
    """Events of a time, both ends included."""
    return (
        ("filter[created_at][from]", seconds(since)),
        ("filter[created_at][to]", seconds(until)),
    )


class Log:
    """The log of one account; None is the answer where it has too much to say."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def named(self, lists: Sequence[Listing], since: datetime, until: datetime) -> list[str] | None:
        """Ids of customers, purchases or elements that something happened to.

        Nothing is told of changed or deleted purchases, nor of new or deleted elements.
        """
        if not lists:
            return []
        if lists[0].noun is Noun.PURCHASE:
            rows = self._rows((("filter[type]", "transaction_added"),), since, until)
            return None if rows is None else _transactions(rows)
        rows = self._rows(
            tuple(("filter[entity][]", _entity(listing)) for listing in lists), since, until
        )
        return None if rows is None else _ids(rows, "entity_id")

    def noted(self, since: datetime, until: datetime) -> set[str] | None:
        """The lists, by their paths, that have new notes."""
        rows = self._rows((("filter[type]", _NOTES),), since, until)
        if rows is None:
            return None
        nouns = (SINGULARS.get(str(row.get("entity_type"))) for row in rows)
        return {f"{PLURALS[noun]}/notes" for noun in nouns if noun and noun in PLURALS}

    def _rows(self, words: Query, since: datetime, until: datetime) -> list[pick.Body] | None:
        fetch = partial(self._reader.page, EVENTS, (*words, *created(since, until)))
        found: list[pick.Body] = []
        for number, rows in enumerate(forwards(fetch, what="amocrm event"), 1):
            if number > _MOST_PAGES:
                return None
            found += [row for row in rows if isinstance(row, dict)]
        return found


def hints(raws: Sequence[RawRecord], *, is_first: bool = False) -> tuple[Hint, ...]:
    """The records that events tell to look at again, because their own list may not show it.

    Args:
        is_first: the log is read from of old, and most of what it tells is over long ago.
    """
    found: dict[Hint, None] = {}
    for raw in raws:
        try:
            at = pick.moment(raw.body, "created_at") if is_first else None
            found |= dict.fromkeys(replace(hint, happened_at=at) for hint in _hints(raw.body))
        except BadRecord:
            continue  # an event that makes no sense is set aside when it is translated
    return tuple(found)


def _hints(event: pick.Body) -> Iterator[Hint]:
    kind, entity = str(event.get("type")), str(event.get("entity_type"))
    noun, id_ = SINGULARS.get(entity), pick.maybe_id(event, "entity_id")
    if kind == "common_note_deleted":
        sides = (note_of(event, values(event, side)) for side in ("value_before", "value_after"))
        yield from (Hint(Noun.NOTE, note) for note in sides if note)
    elif noun is not None and id_ is not None:
        if kind == "entity_merged":
            yield Hint(noun, id_, HintKind.MERGED)
        elif kind in {f"{entity}_deleted", f"{entity}_restored"}:
            yield Hint(noun, id_)
        elif kind.endswith("linked"):
            yield from _linked(event, noun, id_)


def _linked(event: pick.Body, noun: Noun, id_: str) -> Iterator[Hint]:
    """Links stand in the row of a deal, else of a contact, whose time they may not move."""
    ends: list[tuple[Noun | None, str | None]] = [(noun, id_)]
    for value in (*values(event, "value_before"), *values(event, "value_after")):
        for word in ("link", "unlink"):
            other = pick.one(pick.one(value, word), "entity")
            ends.append((SINGULARS.get(str(other.get("type"))), pick.maybe_id(other, "id")))
    for kept in (Noun.DEAL, Noun.CONTACT):
        if found := [Hint(kept, end) for whose, end in ends if whose is kept and end]:
            yield from found
            return


def _entity(listing: Listing) -> str:
    """What events call the rows of a list: "customer", or "catalog_1001"."""
    if listing.noun is Noun.CUSTOMER:
        return "customer"
    return f"catalog_{listing.path.split('/')[1]}"


def _transactions(rows: Sequence[pick.Body]) -> list[str]:
    return _ids(
        [pick.one(value, "transaction") for row in rows for value in values(row, "value_after")],
        "id",
    )


def _ids(bodies: Sequence[pick.Body], key: str) -> list[str]:
    found: list[str | None] = []
    for body in bodies:
        try:
            found.append(pick.maybe_id(body, key))
        except BadRecord:
            continue
    return list(pick.distinct(found))
