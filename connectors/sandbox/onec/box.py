"""The 1C sandbox itself: a base behind its standard OData interface, version 3, read only."""

import re
from base64 import b64encode
from collections.abc import Callable, Collection, Mapping
from time import time
from typing import Any

import orjson

from connectors.sandbox import http
from connectors.sandbox.entities import World
from connectors.sandbox.http import Request, Response
from connectors.sandbox.onec.asked import Asked, BadQuery, Row, asked
from connectors.sandbox.onec.balances import Balances
from connectors.sandbox.onec.base import Base
from connectors.sandbox.onec.catalogs import catalogs
from connectors.sandbox.onec.documents import documents
from connectors.sandbox.onec.schema import SCHEMAS
from connectors.sandbox.server import Sandbox

TOKEN = "Обмен:sandbox-password-1c"
_BASE = "/base"
_INTERFACE = "/odata/standard.odata"
_ROOT = f"{_BASE}{_INTERFACE}"
_LONGEST_URL = 2_048
_ONE = re.compile(r"([^/(]+)\(guid'([0-9a-f-]{36})'\)")
_BUSY = "Не обнаружено свободной лицензии"


class OneCSandbox(Sandbox):
    """One base that shows a world and can be changed while it runs. Nouns are its sets.

    `renamed` is what a customer's programmer did to attributes, `unpublished` are the sets that
    the administrator has not ticked.
    """

    def __init__(  # noqa: PLR0913 - each is a thing of its own
        self,
        world: World,
        *,
        configuration: str = "bp",
        token: str = TOKEN,
        rate: float = 0.0,
        renamed: Mapping[str, str] | None = None,
        unpublished: Collection[str] = (),
        port: int = 0,
        clock: Callable[[], float] = time,
    ) -> None:
        super().__init__(rate=rate, port=port, clock=clock)
        self.token = token
        self.names = SCHEMAS[configuration]
        registers: dict[str, list[Row]] = {self.names.debts: [], self.names.stock: []}
        self.base = Base(catalogs(world, self.names) | documents(world, self.names) | registers)
        self._balances = Balances(self.base, self.names)
        self._renamed = dict(renamed or {})
        self.unpublished = frozenset(unpublished)

    @property
    def url(self) -> str:
        """The address of the base, as an administrator gives it to us."""
        return f"{super().url}{_BASE}"

    def announced(self) -> dict[str, Any]:
        """User and password, and how many rows there are."""
        rows = {name: self.count(name) for name in self.base.names}
        return {"token": self.token, "rows": rows}

    # What tests do to it.

    def ids(self, noun: str) -> list[str]:
        """The keys of a set."""
        return self.base.keys(noun)

    def count(self, noun: str) -> int:
        """How many rows a set has, without folders."""
        return len(self.base.keys(noun))

    def change(self, noun: str, id_: str, **values: Any) -> None:
        """Set some fields, as a user does: also `Posted` and `DeletionMark`."""
        self.base.change(noun, id_, values)

    def remove(self, noun: str, id_: str) -> None:
        """Purge a row."""
        self.base.remove(noun, id_)

    # What it answers.

    def too_fast(self, wait: float) -> Response:
        """1C knows no limit of requests, but licences run out."""
        return Response(503, f"{_BUSY} ({wait:.0f})".encode(), "text/plain; charset=utf-8")

    def refused(self) -> Response:
        """What 1C says when the password is wrong."""
        return Response(401, headers=(("WWW-Authenticate", 'Basic realm="1C"'),))

    def answer(self, request: Request) -> Response:
        """What the interface says."""
        if len(request.raw_query) + len(request.path.encode()) > _LONGEST_URL:
            return http.html(414, "414 Request-URI Too Large")
        if not self._may_enter(request):
            return self.refused()
        if not request.path.startswith(_ROOT):
            return http.html(404, "404 Not Found")
        query = Asked(format=request.raw_query)
        try:
            query = asked(request.raw_query)
            return self._said(request, request.path.removeprefix(_ROOT).strip("/"), query)
        except BadQuery as error:
            return _problem(error, query)

    def _said(self, request: Request, what: str, query: Asked) -> Response:
        if request.method != "GET":
            raise BadQuery(405, "19", "Метод HTTP запрещен")
        if not what:
            shown = [name for name in self.base.names if name not in self.unpublished]
            return _json({"value": [{"name": name, "url": name} for name in shown]})
        balance = (
            None if what.partition("/")[0] in self.unpublished else self._balances.answer(what)
        )
        if balance is not None:
            return self._set(what.partition("/")[0], balance, len(balance), query)
        name, _, rest = what.partition("/")
        one = _ONE.fullmatch(what)
        name = one[1] if one else name
        if name not in self.base.names or name in self.unpublished:
            raise BadQuery(404, "8", f"Тип сущности не найден: {name}")
        if one:
            return self._one(name, one[2], query)
        query = self._in_old_names(query)
        rows, count = self.base.found(name, query)
        if rest == "$count":
            return Response(200, f"\ufeff{count}".encode(), "text/plain; charset=utf-8")
        return self._set(name, rows, count, query)

    def _one(self, name: str, key: str, query: Asked) -> Response:
        row = self.base.get(name, key)
        if row is None:
            raise BadQuery(404, "9", "Экземпляр сущности не найден")
        return _json(self._shown(name, row, query)) if query.is_json else _atom(1)

    def _set(self, name: str, rows: list[Row], count: int, query: Asked) -> Response:
        if not query.is_json:
            return _atom(len(rows))
        data: dict[str, Any] = {"value": [self._shown(name, row, query) for row in rows]}
        if query.is_counted:
            data["odata.count"] = str(count)
        if not query.is_bare:
            data = {"odata.metadata": f"{self.url}{_INTERFACE}/$metadata#{name}"} | data
        return _json(data)

    def _shown(self, name: str, row: Row, query: Asked) -> Row:
        if self._renamed:
            row = {self._renamed.get(key, key): value for key, value in row.items()}
        if query.select and "*" not in query.select:
            row = _selected(row, query.select)
        if query.is_bare:
            return row
        links = {
            f"{key[:-4]}@navigationLinkUrl": f"{name}(guid'{row.get('Ref_Key')}')/{key[:-4]}"
            for key in row
            if key.endswith("_Key") and key != "Ref_Key"
        }
        return row | links

    def _in_old_names(self, query: Asked) -> Asked:
        """Filters and orders name attributes as they are called now."""
        for old in self._renamed:
            if old in query.filter or old in query.order:
                raise BadQuery(400, "10", f"Свойство не найдено: {old}")
        return query

    def _may_enter(self, request: Request) -> bool:
        proof = b64encode(self.token.encode()).decode()
        return request.headers.get("authorization", "") == f"Basic {proof}"


def _selected(row: Row, names: tuple[str, ...]) -> Row:
    """`**` is all but tabular parts."""
    if names == ("**",):
        return {key: value for key, value in row.items() if not isinstance(value, list)}
    for name in names:
        if name not in row:
            raise BadQuery(400, "10", f"Свойство не найдено: {name}")
    return {name: row[name] for name in names}


def _json(data: Any, status: int = 200) -> Response:
    return Response(status, orjson.dumps(data), "application/json;charset=utf-8")


def _atom(count: int) -> Response:
    feed = '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">'
    return Response(200, f"{feed}{'<entry/>' * count}</feed>".encode(), "application/atom+xml")


def _problem(error: BadQuery, query: Asked) -> Response:
    if query.is_json:
        said = {"code": error.code, "message": {"lang": "ru", "value": str(error)}}
        return _json({"odata.error": said}, error.status)
    body = (
        f'<m:error xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">'
        f"<m:code>{error.code}</m:code><m:message>{error}</m:message></m:error>"
    )
    return Response(error.status, body.encode(), "application/xml")
