"""Plain lists as many small CRMs have them: pages, offsets, cursors and links, all at once."""

import orjson

from connectors.sandbox import http
from connectors.sandbox.http import Request, Response
from connectors.sandbox.sbercrm.books import Books
from connectors.sandbox.sbercrm.shapes import PLURALS, Row

_NOUNS = {plural: noun for noun, plural in PLURALS.items()}


class Plain:
    """Answers below /api/."""

    def __init__(self, books: Books, most: int, *, is_filtered: bool) -> None:
        self._books = books
        self._most = most
        self._is_filtered = is_filtered

    def answer(self, request: Request) -> Response:
        """A page of a list, one row, a new row, or some attributes of one."""
        plural, _, id_ = request.path.removeprefix("/api/").partition("/")
        noun = _NOUNS.get(plural)
        if noun is None:
            return http.json({"error": "no such list"}, 404)
        if request.method == "POST":
            return http.json({"id": self._books.add(noun, orjson.loads(request.body))}, 201)
        if not id_:
            return self._page(noun, request)
        row = self._books.rows[noun].get(id_)
        if row is None:
            return http.json({"error": "no such record"}, 404)
        if request.method == "PATCH":
            self._books.change(noun, id_, orjson.loads(request.body))
        return http.json(self._books.rows[noun][id_])

    def _page(self, noun: str, request: Request) -> Response:
        asked = dict(request.query)
        size = min(int(asked.get("limit", "50")), self._most)
        rows = self._since(self._books.newest_first(noun), asked.get("updated_since"))
        page = int(asked.get("page", "1"))
        start = int(asked.get("offset") or asked.get("cursor") or (page - 1) * size)
        end = start + size
        more = {} if end >= len(rows) else {"cursor": str(end), "link": _link(request, end)}
        return http.json({"items": rows[start:end], "next": more})

    def _since(self, rows: list[Row], since: str | None) -> list[Row]:
        if since is None or not self._is_filtered:
            return rows
        return [row for row in rows if str(row.get("modifiedDate") or "9") >= since]


def _link(request: Request, end: int) -> str:
    kept = [f"{name}={value}" for name, value in request.query if name != "cursor"]
    return f"{request.path}?{'&'.join([*kept, f'cursor={end}'])}"
