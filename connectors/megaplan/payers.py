"""Legal details of companies: lists name the payers of a company and tell no more of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from connectors.kit.errors import NoRights
from connectors.megaplan.answers import Row
from connectors.megaplan.lists import PAYERS, Listing
from connectors.megaplan.references import Key, fill, key_of

_FEW = 10
"""For so many rows they are asked one by one; for more the whole list is read."""


class Asks(Protocol):
    """What is needed of the account."""

    def card(self, listing: Listing, external_id: str) -> Row | None:
        """One object by its id."""

    def belonging(self, listing: Listing, path: str) -> Iterator[Row]:
        """All rows of a list that belongs to an object."""

    def all(self, listing: Listing) -> Iterator[Row]:
        """All rows of a list."""


class Payers:
    """The legal details of one account."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks
        self._all: Mapping[Key, Row] | None = None

    def add(self, listing: Listing, rows: Sequence[Row]) -> None:
        """Fill them in where rows name them alone; where we may not see them, they stay so."""
        try:
            for row in filter(_is_cut, rows):
                row["payers"] = list(self._of(row))
            wanted = [row for row in rows if any(_is_bare(payer) for payer in _payers(row))]
            known = self._known(listing, wanted) if wanted else {}
        except NoRights:
            return
        for name in ("payers", "payer"):
            fill(wanted, name, known)

    def _of(self, row: Row) -> Iterator[Row]:
        return self._asks.belonging(PAYERS, f"contractor/{row.get('id')}/payers")

    def _known(self, listing: Listing, rows: Sequence[Row]) -> Mapping[Key, Row]:
        if self._all is None and len(rows) <= _FEW:
            return {key_of(row): row for row in self._few(listing, rows)}
        if self._all is None:
            self._all = {key_of(row): row for row in self._asks.all(PAYERS)}
        return self._all

    def _few(self, listing: Listing, rows: Sequence[Row]) -> Iterator[Row]:
        for row in rows:
            if listing.path.startswith("contractor"):
                yield from self._of(row)
                continue
            for payer in _payers(row):
                found = self._asks.card(PAYERS, str(payer.get("id")))
                if found is not None:
                    yield found


def _payers(row: Row) -> list[Row]:
    listed = row.get("payers")
    found = listed if isinstance(listed, list) else []
    return [one for one in (*found, row.get("payer")) if isinstance(one, dict)]


def _is_bare(link: Row) -> bool:
    return "inn" not in link and "kpp" not in link


def _is_cut(row: Row) -> bool:
    """Whether a list names fewer payers than it counts."""
    count, listed = row.get("payersCount"), row.get("payers")
    return isinstance(count, int) and isinstance(listed, list) and len(listed) < count
