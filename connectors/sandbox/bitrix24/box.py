"""The Bitrix24 sandbox itself: a world behind the methods of the REST API."""

from collections.abc import Callable, Mapping
from time import time
from typing import Any

from connectors.sandbox.bitrix24 import setup
from connectors.sandbox.bitrix24.access import Access, App
from connectors.sandbox.bitrix24.answers import Result, Trouble, envelope, stamp
from connectors.sandbox.bitrix24.asked import Asked, asked_of
from connectors.sandbox.bitrix24.batch import run
from connectors.sandbox.bitrix24.books import Books
from connectors.sandbox.bitrix24.events import Events
from connectors.sandbox.bitrix24.limits import Bucket, Operating
from connectors.sandbox.bitrix24.lists import LISTS, Lists
from connectors.sandbox.bitrix24.shapes import rows
from connectors.sandbox.bitrix24.writing import Writing
from connectors.sandbox.entities import World
from connectors.sandbox.http import Request, Response
from connectors.sandbox.rows import Rows
from connectors.sandbox.server import Sandbox

TOKEN = "1/sandbox-secret-bitrix24"
NOUNS = ("company", "contact", "deal", "invoice", "activity", "task", "history", "user")
_FAST = 50
"""Requests that may come at once; then so many a second as the limit says."""
_APP_ALONE = "event."


class BitrixSandbox(Sandbox):
    """One portal that shows a world and can be changed while it runs.

    `token` is the webhook's, its user and its secret. What an app may do is in `access`.
    """

    def __init__(
        self,
        world: World,
        *,
        token: str = TOKEN,
        rate: float = 2.0,
        app: App | None = None,
        port: int = 0,
        clock: Callable[[], float] = time,
    ) -> None:
        super().__init__(port=port, clock=clock)
        self.token = token
        self.admin = True
        self.forbidden: set[str] = set()
        """Methods that the user has no right to."""
        self._rate: Any = Bucket(rate, _FAST)
        self._world = world
        self._rows = Rows()
        self._rows.load(rows(world))
        self.events = Events(lambda: self.host, clock)
        self.operating = Operating(clock)
        self.access = Access(app or App(), lambda: self.url, clock)
        self.lists = Lists(self._rows)
        self.books = Books(self._rows, self.events, clock)
        self._methods: Mapping[str, Callable[[Asked], Any]] = {
            **Writing(self.books, clock).methods,
            "event.bind": self.events.bind,
            "event.unbind": self.events.unbind,
            "event.get": self.events.bound,
            "event.offline.get": self.events.offline,
            "event.offline.clear": self.events.clear,
            "crm.category.list": lambda _: {"categories": setup.categories(world.pipelines)},
            "crm.status.list": lambda _: setup.statuses(world.pipelines),
            "crm.currency.list": lambda _: setup.currencies(world),
            "crm.item.fields": lambda asked: setup.fields(self.lists.noun(asked)),
            "profile": self._profile,
            "server.time": lambda _: stamp(clock()),
        }

    def stop(self) -> None:
        """Stop listening and forget everything."""
        super().stop()
        self._rows.close()

    def ids(self, noun: str) -> list[int]:
        """All ids of a kind of record."""
        return self._rows.ids(noun)

    def count(self, noun: str) -> int:
        """How many of them there are."""
        return self._rows.count(noun)

    def row(self, noun: str, id_: int) -> dict[str, Any]:
        """One row."""
        return self.books.row(noun, id_)

    def add(self, noun: str, **values: Any) -> int:
        """Add a row as a user does; its id."""
        return self.books.add(noun, values)

    def change(self, noun: str, id_: int, *, at: float | None = None, **values: Any) -> None:
        """Set some values as a user does, and the time of the change: the one given, or now."""
        self.books.change(noun, id_, values, at)

    def remove(self, noun: str, id_: int) -> None:
        """Delete a row as a user does."""
        self.books.remove(noun, id_)

    def too_fast(self, wait: float) -> Response:  # noqa: ARG002 - it does not say how long
        """503, and no word of how long to wait."""
        return Trouble(503, "QUERY_LIMIT_EXCEEDED", "Too many requests").response()

    def refused(self) -> Response:
        """401 for a webhook that was deleted, and for a token that has ended."""
        return Trouble(401, "expired_token", "The access token provided has expired.").response()

    def announced(self) -> dict[str, Any]:
        """The webhook's token, the app, how many rows there are, and an identity.

        A portal is known by its host, and that of a sandbox has another port each time.
        """
        rows = {noun: self.count(noun) for noun in NOUNS}
        options = {"account": "sandbox"}
        return {"token": self.token, "oauth": self.access.app, "rows": rows, "options": options}

    def is_question(self, request: Request) -> bool:
        """Nearly all of it: methods are called by POST."""
        return request.method == "POST"

    def answer(self, request: Request) -> Response:
        """What the API says."""
        if request.path.startswith("/oauth/"):
            return self.access.answer(request)
        if not request.path.startswith("/rest/"):
            return Response(404, b"<html>Not found</html>", "text/html")
        asked = asked_of(request)
        *proof, method = request.path.removeprefix("/rest/").removesuffix(".json").split("/")
        is_app = not proof
        try:
            self._admit("/".join(proof), asked)
            if method == "batch":
                return envelope(run(self, asked, is_app=is_app), self.time({}))
            result, told = self.call(method, asked, is_app=is_app)
        except Trouble as trouble:
            return trouble.response()
        return envelope(result.json, self.time(told), result)

    def call(self, method: str, asked: Asked, *, is_app: bool) -> tuple[Result, dict[str, Any]]:
        """One method, in small letters or not, and what is told of the work it was."""
        method = method.lower()
        if method.startswith(_APP_ALONE) and not is_app:
            raise Trouble(403, "ACCESS_DENIED", "Application context required")
        if method in self.forbidden:
            said = "The request requires higher privileges"
            raise Trouble(401, "insufficient_scope", said)
        if method not in LISTS and method not in self._methods:
            raise Trouble(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
        told = self.operating.work(method)
        if method in LISTS:
            return self.lists.read(method, asked), told
        try:
            return Result(self._methods[method](asked)), told
        except (KeyError, TypeError, ValueError) as error:
            raise Trouble(400, "100", f"Could not find value for parameter {{{error}}}") from error

    def _admit(self, proof: str, asked: Asked) -> None:
        if not proof:
            self.access.admit(asked.get("auth"))
        elif proof != self.token:
            raise Trouble(401, "NO_AUTH_FOUND", "Wrong authorization data")

    def time(self, told: dict[str, Any]) -> dict[str, Any]:
        """When a method worked, and what is told of it."""
        now = self.clock()
        at = stamp(now)
        return {
            "start": now, "finish": now, "duration": 0.01, "processing": 0.01,
            "date_start": at, "date_finish": at, **told,
        }  # fmt: skip

    def _profile(self, _asked: Asked) -> dict[str, Any]:
        me = self._world.users[0]
        first, _, last = me.name.partition(" ")
        return {
            "ID": str(me.number), "ADMIN": self.admin, "NAME": first, "LAST_NAME": last,
            "PERSONAL_GENDER": "", "TIME_ZONE": "", "TIME_ZONE_OFFSET": 0,
        }  # fmt: skip
