"""Many questions in one request, where the account takes them so."""

from collections.abc import Iterator, Sequence
from typing import Any

from connectors.kit.errors import NoRights
from connectors.kit.http import CrmHttp
from connectors.kit.pages import chunks
from connectors.megaplan.answers import the_rows

_MOST = 20
"""Questions in one request; no document tells how many there may be."""


class Bulk:
    """Asks one account for several addresses at once."""

    def __init__(self, http: CrmHttp, root: str) -> None:
        self._http = http
        self._address = f"{root}bulk"
        self._is_there = True

    def get(self, paths: Sequence[str]) -> Iterator[Any]:
        """What each address answers, in their order: a page; None where it is asked alone."""
        for few in chunks(paths, _MOST):
            found = self._together(few) if self._is_there and len(few) > 1 else []
            for answer in found if len(found) == len(few) else [None] * len(few):
                told = answer if isinstance(answer, dict) else {}
                is_page = isinstance(told.get("data"), list) and isinstance(told.get("meta"), dict)
                yield answer if is_page else None  # `meta` tells whether there is more

    def _together(self, paths: Sequence[str]) -> Sequence[Any]:
        calls = [{"contentType": "ApiCall", "method": "GET", "url": path} for path in paths]
        try:
            answer = self._http.ask(self._address, {"contentType": "BulkApiCall", "calls": calls})
            return the_rows(answer.data)
        except NoRights:
            self._is_there = False
            return []
