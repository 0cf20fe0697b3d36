"""Payments: they have no list of their own, so that the deals tell of those that belong to them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from connectors.kit.contract import Page
from connectors.kit.records import Noun, RawRecord
from connectors.megaplan.answers import Row
from connectors.megaplan.lists import Listing, deals_with
from connectors.megaplan.reading import Reader
from connectors.megaplan.walks import raw_records

PAYMENTS = Listing("finOperation", "FinOperation")
OF_DEALS = deals_with("financeOperations")


class Payments:
    """Money that has come in, by the deals of one account."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def of(self, pages: Iterator[Page]) -> Iterator[Page]:
        """The payments of pages of deals; a walk through deals may miss some, so none is whole."""
        for page in pages:
            rows = [row for deal in page.records for row in self._rows(deal)]
            yield replace(
                page, records=raw_records(Noun.PAYMENT, list(_each(rows))), is_whole=False
            )

    def _rows(self, deal: RawRecord) -> Iterator[Row]:
        listed = deal.body.get("financeOperations")
        for row in listed if isinstance(listed, list) else ():
            if not isinstance(row, dict):
                continue
            found = row if "kind" in row else self._reader.card(PAYMENTS, str(row.get("id")))
            if found is not None and is_payment(found):
                yield found


def is_payment(row: Row) -> bool:
    """Whether it is money of a customer: not an expense, a transfer, or a plan."""
    return row.get("kind") == "income"


def _each(rows: Sequence[Row]) -> Iterator[Row]:
    """Each once: a payment may belong to two deals."""
    yield from {str(row.get("id")): row for row in rows}.values()
