"""The gateway of the web pages: lists by POST, and webhooks that make records."""

from typing import Any

import orjson

from connectors.sandbox import http
from connectors.sandbox.http import Request, Response
from connectors.sandbox.sbercrm.books import Books
from connectors.sandbox.sbercrm.shapes import NOUNS, Row, uuid

_SOURCES = frozenset({"sajt", "zvonok"})
_UNKNOWN = http.json({"message": "Not found"}, 404)


class Gateway:
    """Answers below the root."""

    def __init__(self, books: Books, most: int, *, is_filtered: bool) -> None:
        self._books = books
        self._most = most
        self._is_filtered = is_filtered
        self._nouns = {f"/core/data/{uuid(noun, 0)}/list": noun for noun in NOUNS}

    def answer(self, path: str, request: Request) -> Response:
        """A page of a list."""
        noun = self._nouns.get(path)
        if noun is None or request.method != "POST":
            return _UNKNOWN
        asked = orjson.loads(request.body)
        paging = asked["paging"]
        size = min(paging["itemsPerPage"], self._most)
        rows = self._filtered(self._books.newest_first(noun), asked)
        start = paging["pageNum"] * size
        return http.json({"data": rows[start : start + size]})

    def webhook(self, request: Request, *, is_known: bool) -> Response:
        """Make or change a task; nobody has to prove anything but the address."""
        if request.method == "OPTIONS" or not is_known:
            return Response(204) if request.method == "OPTIONS" else _UNKNOWN
        said: Row = orjson.loads(request.body)
        source = said.get("istochnik_lida$c")
        if not said.get("name"):
            return http.json({"message": "Не заполнено обязательное поле name"}, 400)
        if source is not None and source not in _SOURCES:
            told = f"Не найдено значение {source} в справочнике istochnik_lida$c"
            return http.json({"message": told}, 400)
        id_ = said.pop("id", None)
        if id_ in self._books.rows["task"]:
            self._books.change("task", id_, said)
            return http.json({"id": id_})
        return http.json({"id": self._books.add("task", said)})

    def _filtered(self, rows: list[Row], asked: dict[str, Any]) -> list[Row]:
        conditions = asked.get("filter", {}).get("conditions", [])
        if not self._is_filtered or not conditions:
            return rows
        return [row for row in rows if all(_fits(row, one) for one in conditions)]


def _fits(row: Row, condition: dict[str, str]) -> bool:
    value = str(row.get(condition["field"]) or "")
    wanted = str(condition["value"])
    return wanted in value if condition["operator"] == "CONTAINS" else value >= wanted
