"""The lists of amoCRM's API: where they are, and what can be asked of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.amocrm.naming import PLURALS
from connectors.kit import pick
from connectors.kit.errors import BadRecord
from connectors.kit.records import Noun, RawRecord

Query = tuple[tuple[str, str], ...]
_BY_ID: Query = (("order[id]", "asc"),)


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of the API."""

    noun: Noun
    path: str
    """Below /api/v4/; its last word names the rows in the answer."""
    order: Query = ()
    """How to ask for the order of ids, where that is documented."""
    more: Query = ()
    """What is asked for with every row."""
    prefix: str = ""
    """Stands before amoCRM's ids, where those of several lists could meet."""
    limit: int = 250
    is_paged: bool = True
    is_paid: bool = False
    """Its filters are a paid option, ignored where it is off; those of other lists are free."""
    has_newest_first: bool = False
    """It can be ordered by the last change."""
    may_be_off: bool = False
    """Not every account has it: 402 or 422 then."""


def _with(*words: str) -> Query:
    return (("with", ",".join(words)),)


def _paid(noun: Noun, *words: str) -> Listing:
    more = _with(*words) if words else ()
    return Listing(noun, PLURALS[noun], _BY_ID, more, is_paid=True, has_newest_first=True)


LISTS: Mapping[Noun, tuple[Listing, ...]] = {
    Noun.USER: (Listing(Noun.USER, "users", more=_with("group")),),
    Noun.FIELD: tuple(
        Listing(
            Noun.FIELD,
            f"{plural}/custom_fields",
            prefix=f"{noun}/",
            may_be_off=noun is Noun.CUSTOMER,
        )
        for noun, plural in PLURALS.items()
    ),
    Noun.PIPELINE: (Listing(Noun.PIPELINE, "leads/pipelines", is_paged=False),),
    # which parameters this one takes is not documented; one page of 250 is more than anybody has
    Noun.LOSS_REASON: (Listing(Noun.LOSS_REASON, "leads/loss_reasons", is_paged=False),),
    Noun.COMPANY: (_paid(Noun.COMPANY),),
    Noun.CONTACT: (_paid(Noun.CONTACT),),
    Noun.DEAL: (_paid(Noun.DEAL, "contacts", "loss_reason", "catalog_elements"),),
    Noun.CUSTOMER: (
        Listing(
            Noun.CUSTOMER,
            "customers",
            more=_with("contacts", "companies"),
            is_paid=True,
            may_be_off=True,
        ),
    ),
    Noun.PURCHASE: (Listing(Noun.PURCHASE, "customers/transactions", may_be_off=True),),
    Noun.TASK: (Listing(Noun.TASK, "tasks", _BY_ID),),
    Noun.NOTE: tuple(
        Listing(
            Noun.NOTE,
            f"{plural}/notes",
            _BY_ID,
            prefix=f"{plural}/",
            may_be_off=noun is Noun.CUSTOMER,
        )
        for noun, plural in PLURALS.items()
    ),
    Noun.EVENT: (Listing(Noun.EVENT, "events", limit=100),),
}
"""Those of catalogs are found by asking which catalogs there are."""


def elements(noun: Noun, catalog: str) -> Listing:
    """The list of a catalog's elements."""
    return Listing(noun, f"catalogs/{catalog}/elements")


def raw_records(listing: Listing, rows: Iterable[Any]) -> tuple[RawRecord, ...]:
    """Rows as records under our ids of them."""
    found = ((row_id(row), row) for row in rows)
    return tuple(
        RawRecord.of(listing.noun, id_ and f"{listing.prefix}{id_}", row) for id_, row in found
    )


def row_id(row: Any) -> str | None:
    """amoCRM's id of a row; None for a row without one."""
    try:
        return pick.external_id(row) if isinstance(row, dict) else None
    except BadRecord:
        return None
