"""Legal details of companies: lists name the payers of a company and tell no more of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from connectors.kit.errors import NoRights
from connectors.megaplan.answers import Row
from connectors.megaplan.lists import PAYERS, Listing

_FEW = 10
"""So many are asked for one by one; for more the whole list is read."""


class Payers:
    """The legal details of one account."""

    def __init__(
        self,
        card: Callable[[Listing, str], Row | None],
        belonging: Callable[[Listing, str], Iterator[Row]],
        rows: Callable[[Listing], Iterator[Row]],
    ) -> None:
        """Given how one object, a list of one, and a whole list are asked for."""
        self._card, self._belonging, self._rows = card, belonging, rows
        self._all: Mapping[str, Row] | None = None

    def add(self, rows: Sequence[Row]) -> None:
        """Fill them in where rows name them alone; where we may not see them, they stay so."""
        try:
            for row in filter(_is_cut, rows):
                whose = f"contractor/{row.get('id')}/payers"
                row["payers"] = list(self._belonging(PAYERS, whose))
            bare = {str(link.get("id")) for row in rows for link in _payers(row) if _is_bare(link)}
            known = self._known(bare) if bare else {}
        except NoRights:
            return
        for link in [link for row in rows for link in _payers(row) if _is_bare(link)]:
            link.update(known.get(str(link.get("id")), {}))

    def _known(self, ids: set[str]) -> Mapping[str, Row]:
        if self._all is None and len(ids) <= _FEW:
            found = ((id_, self._card(PAYERS, id_)) for id_ in sorted(ids))
            return {id_: row for id_, row in found if row}
        if self._all is None:
            self._all = {str(row.get("id")): row for row in self._rows(PAYERS)}
        return self._all


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
