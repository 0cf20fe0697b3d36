"""The amoCRM sandbox itself: a world behind the addresses of API v4."""

import math
from collections.abc import Callable
from time import time
from typing import Any, Literal

import orjson

from connectors.sandbox import http
from connectors.sandbox.amocrm.account import account
from connectors.sandbox.amocrm.answers import HAL, NOTHING, hal, page, problem, unknown, whole
from connectors.sandbox.amocrm.asked import ApiFilter, BadQuery, as_number, asked, wanted
from connectors.sandbox.amocrm.change import Listener
from connectors.sandbox.amocrm.fields import definitions
from connectors.sandbox.amocrm.oauth import OAuth, OAuthApp
from connectors.sandbox.amocrm.shapes import narrowed, rows, stored
from connectors.sandbox.amocrm.webhooks import Webhooks
from connectors.sandbox.entities import World
from connectors.sandbox.http import Request, Response
from connectors.sandbox.rows import Cut, Rows
from connectors.sandbox.server import Sandbox

TOKEN = "sandbox-token-amocrm"  # noqa: S105 - made up, opens only this sandbox
RetryAfter = Literal["body", "header", "none", "html"]
NOUNS = ("companies", "contacts", "leads", "tasks", "users")
_ROOT = "/api/v4/"
_PIPELINES = "leads/pipelines"
_LISTS = frozenset({*NOUNS, _PIPELINES})
_FIELDS = "custom_fields"
_FIELD_OWNERS = frozenset({"leads", "contacts", "companies"})
_TOO_FAST = "You have sent too many requests in a given amount of time. Please try again later."


class AmoSandbox(Sandbox):
    """One amoCRM account that shows a world and can be changed while it runs.

    What no document settles are switches: whether the paid `api_filter` is "on", silently
    "ignored" or "refused", and where a 429 says how long to wait (`retry_after`).
    """

    def __init__(  # noqa: PLR0913 - each is a switch of its own
        self,
        world: World,
        *,
        token: str = TOKEN,
        admin: bool = True,
        rate: float = 7.0,
        api_filter: ApiFilter = "on",
        retry_after: RetryAfter = "body",
        currency: str | None = None,
        oauth: OAuthApp | None = None,
        clock: Callable[[], float] = time,
        port: int = 0,
    ) -> None:
        super().__init__(rate=rate, port=port)
        self.token = token
        self._admin = admin
        self._api_filter: ApiFilter = api_filter
        self._retry_after = retry_after
        self._currency = currency or world.currency
        self._me = world.users[0].number
        self.oauth = OAuth(oauth or OAuthApp(), self._me, lambda: self.host, clock)
        self.webhooks = Webhooks(self._look, clock, user=self._me, admin=admin)
        self._listeners: list[Listener] = [self.webhooks.hear]
        self._rows = Rows()
        self._rows.load(rows(world))

    def stop(self) -> None:
        """Stop listening and forget everything."""
        self.webhooks.stop()
        super().stop()
        self._rows.close()

    # What tests do to it, with nouns as in the addresses: "leads", "companies", ...

    def ids(self, noun: str) -> list[int]:
        """All ids of a noun."""
        return self._rows.ids(noun)

    def count(self, noun: str) -> int:
        """How many there are."""
        return self._rows.count(noun)

    def row(self, noun: str, id_: int) -> dict[str, Any]:
        """One row, a lead with its contacts."""
        body = self._rows.get(noun, id_)
        if body is None:
            raise KeyError(f"{noun} has no {id_}")
        found: dict[str, Any] = orjson.loads(body)
        return found

    def put(self, noun: str, row: dict[str, Any]) -> None:
        """Add a row, or replace the one with its id, exactly as given; even a broken one."""
        self._rows.put(stored(noun, row))

    def change(self, noun: str, id_: int, **values: Any) -> None:
        """Set some values and `updated_at`: to the one given, or to now."""
        self.put(noun, self.row(noun, id_) | {"updated_at": int(time())} | values)

    def remove(self, noun: str, id_: int) -> None:
        """Delete a row; as in amoCRM nothing remains of it."""
        if not self._rows.delete(noun, id_):
            raise KeyError(f"{noun} has no {id_}")

    # What it answers.

    def too_fast(self, wait: float) -> Response:
        """429, with the wait where the switch says."""
        seconds = max(math.ceil(wait), 1)
        match self._retry_after:
            case "body":
                return problem(429, _TOO_FAST, retry_after=seconds)
            case "header":
                return problem(429, _TOO_FAST).with_header("Retry-After", str(seconds))
            case "html":
                return http.html(429, "429 Too Many Requests")
            case "none":
                return problem(429, _TOO_FAST)

    def answer(self, request: Request) -> Response:
        """What API v4 says."""
        if request.path.startswith("/oauth"):
            return self.oauth.answer(request)
        if not self._may_enter(request):
            return problem(401, "Неверный логин или пароль")
        path = request.path.rstrip("/")
        if not path.startswith(_ROOT):
            return unknown(request)
        return self._api(path.removeprefix(_ROOT), request)

    def _api(self, what: str, request: Request) -> Response:
        if what == "webhooks":
            return self.webhooks.answer(request)
        if request.method != "GET":
            return problem(405, f"Method {request.method} is not allowed here")
        try:
            return self._read(what, request)
        except BadQuery as error:
            return problem(400, str(error))

    def _look(self, noun: str, id_: int) -> dict[str, Any] | None:
        body = self._rows.get(noun, id_)
        return None if body is None else orjson.loads(body)

    def _may_enter(self, request: Request) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        is_known = token == self.token or self.oauth.opens(token)
        return is_known and self.oauth.is_at_home(request)

    def _read(self, what: str, request: Request) -> Response:
        if what == "account":
            return self._account(request)
        noun, _, last = what.rpartition("/")
        if "users" in {what, noun} and not self._admin:
            return problem(403, "Доступ запрещён", content_type="application/json")
        if what in _LISTS:
            return self._list(what, request)
        if noun in _LISTS and last.isdecimal():
            return self._one(noun, as_number("id", last), request)
        if noun in _FIELD_OWNERS and last == _FIELDS:
            return self._fields(noun, request)
        return unknown(request)

    def _account(self, request: Request) -> Response:
        words = wanted(request.query)
        return hal(
            account(self._me, self._currency, api_filter=self._api_filter == "on", wanted=words)
        )

    def _one(self, noun: str, id_: int, request: Request) -> Response:
        body = self._rows.get(noun, id_)
        if body is None:
            return NOTHING
        if noun == "leads" and "contacts" not in wanted(request.query):
            body = narrowed(body)
        return Response(200, body, HAL)

    def _list(self, noun: str, request: Request) -> Response:
        if noun == _PIPELINES:
            bodies = self._rows.page(Cut(noun), self._rows.count(noun), 0)
            return whole(request, "pipelines", bodies)
        what = asked(noun, request.query, self._api_filter)
        bodies = self._rows.page(what.cut, what.limit, what.offset)
        if noun == "leads" and "contacts" not in wanted(request.query):
            bodies = [narrowed(body) for body in bodies]
        total = self._rows.count(noun) if noun == "users" else None
        return page(request, what, noun, bodies, total)

    def _fields(self, noun: str, request: Request) -> Response:
        what = asked(noun, request.query, "ignored")
        listed = [orjson.dumps(field) for field in definitions(noun)]
        found = listed[what.offset : what.offset + what.limit]
        return page(request, what, _FIELDS, found, len(listed))
