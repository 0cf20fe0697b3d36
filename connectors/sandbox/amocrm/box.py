"""The amoCRM sandbox itself: a world behind the addresses of API v4."""

import math
from collections.abc import Callable
from time import time
from typing import Any

from connectors.sandbox import http
from connectors.sandbox.amocrm.answers import problem, unknown
from connectors.sandbox.amocrm.asked import BadQuery
from connectors.sandbox.amocrm.books import Books
from connectors.sandbox.amocrm.cards import card
from connectors.sandbox.amocrm.change import Listener
from connectors.sandbox.amocrm.journal import Journal
from connectors.sandbox.amocrm.oauth import OAuth, OAuthApp
from connectors.sandbox.amocrm.reading import Reading
from connectors.sandbox.amocrm.shapes import rows
from connectors.sandbox.amocrm.switches import Switches
from connectors.sandbox.amocrm.webhooks import Webhooks
from connectors.sandbox.amocrm.writing import Writing
from connectors.sandbox.entities import World
from connectors.sandbox.faults import Fault
from connectors.sandbox.http import Request, Response
from connectors.sandbox.rows import Rows
from connectors.sandbox.server import Sandbox

TOKEN = "sandbox-token-amocrm"
_NOUNS = ("companies", "contacts", "leads", "tasks", "users", "customers", "events")
_ROOT = "/api/v4/"
_TOO_FAST = "You have sent too many requests in a given amount of time. Please try again later."


class AmoSandbox(Sandbox):
    """One amoCRM account that shows a world and can be changed while it runs.

    What no document settles, and what may go wrong, are the fields of `Switches`, given as keyword
    arguments. Nouns are the paths of lists: "leads", "leads/notes", "customers/transactions", ...
    """

    def __init__(  # noqa: PLR0913 - each is a thing of its own
        self,
        world: World,
        *,
        token: str = TOKEN,
        rate: float = 7.0,
        currency: str | None = None,
        oauth: OAuthApp | None = None,
        port: int = 0,
        clock: Callable[[], float] = time,
        **switches: Any,
    ) -> None:
        super().__init__(rate=rate, port=port, clock=clock)
        self.token = token
        self.switches = Switches(**switches)
        self._refused, self._is_banned = 0, False
        me, colleague = world.users[0].number, world.users[min(1, len(world.users) - 1)].number
        self._rows = Rows()
        self._rows.load(rows(world))
        self._listeners: list[Listener] = [Journal(self._rows).note]
        self._books = Books(self._rows, self.switches, self._listeners, colleague, clock)
        self.oauth = OAuth(oauth or OAuthApp(), me, lambda: self.host, clock)
        self.webhooks = Webhooks(self._books, clock, user=me, admin=self.switches.admin)
        self._listeners.append(self.webhooks.hear)
        money = currency or world.currency
        self._reading = Reading(self._rows, self.switches, me, money, clock)
        self._writing = Writing(self._rows, self._books, self.switches, me)

    def stop(self) -> None:
        """Stop listening and forget everything."""
        self.webhooks.stop()
        super().stop()
        self._rows.close()

    def announced(self) -> dict[str, Any]:
        """The token, the integration, and how many rows there are."""
        rows = {noun: self.count(noun) for noun in _NOUNS}
        return {"token": self.token, "oauth": self.oauth.app, "rows": rows}

    # What tests do to it; `by` is the user who does it, a colleague of the token's unless named.

    def ids(self, noun: str) -> list[int]:
        """All ids of a noun that lists show."""
        return self._rows.ids(noun)

    def count(self, noun: str) -> int:
        """How many of them there are."""
        return self._rows.count(noun)

    def row(self, noun: str, id_: int) -> dict[str, Any]:
        """One row with all that it embeds, also from the bin."""
        return self._books.row(noun, id_)

    def put(self, noun: str, row: dict[str, Any]) -> None:
        """Add a row, or replace the one with its id, exactly as given; even a broken one."""
        self._books.put(noun, row)

    def add(
        self, noun: str, row: dict[str, Any], *, silent: bool = False, by: int | None = None
    ) -> int:
        """Add a row as a user does, with as little of it as is wanted; its id."""
        return self._books.add(noun, row, silent=silent, by=by)

    def change(
        self, noun: str, id_: int, *, silent: bool = False, by: int | None = None, **values: Any
    ) -> None:
        """Set some values as a user does, and `updated_at`: to the one given, or to now."""
        self._books.change(noun, id_, values, silent=silent, by=by)

    def remove(self, noun: str, id_: int, *, silent: bool = False, by: int | None = None) -> None:
        """Delete a row: into the bin, where amoCRM has one."""
        self._books.remove(noun, id_, silent=silent, by=by)

    def purge(self, noun: str, id_: int) -> None:
        """Let a row vanish, also from the bin, without an event."""
        self._books.purge(noun, id_)

    def restore(self, noun: str, id_: int, *, silent: bool = False) -> None:
        """Take a lead, contact or company out of the bin."""
        self._books.restore(noun, id_, silent=silent)

    def merge(self, noun: str, loser: int, survivor: int, *, delete_event: bool = False) -> None:
        """Merge two contacts, companies or leads; the loser vanishes, perhaps without an event."""
        self._books.merge(noun, loser, survivor, delete_event=delete_event)

    def accept(self, lead: int) -> None:
        """Take a lead out of the unsorted ones."""
        self._books.accept(lead)

    def late(self, noun: str, id_: int, seconds: int) -> None:
        """Hide a row until so many seconds after its `updated_at`."""
        self._books.late(noun, id_, seconds)

    def lift_ban(self) -> None:
        """What the support of amoCRM does when asked nicely."""
        self._refused, self._is_banned = 0, False

    # What it answers.

    def respond(self, request: Request, fault: Fault | None) -> Response:
        """The answer, unless too many 429 in a row have led to a ban."""
        if self._is_banned:
            return http.html(403, "403 Forbidden")
        response = super().respond(request, fault)
        self._refused = self._refused + 1 if response.status == 429 else 0
        limit = self.switches.ban_after
        self._is_banned = limit is not None and self._refused >= limit
        return response

    def too_fast(self, wait: float) -> Response:
        """429, with the wait where the switch says."""
        seconds = max(math.ceil(wait), 1)
        match self.switches.retry_after:
            case "body":
                return problem(429, _TOO_FAST, retry_after=seconds)
            case "header":
                return problem(429, _TOO_FAST).with_header("Retry-After", str(seconds))
            case "html":
                return http.html(429, "429 Too Many Requests")
            case "none":
                return problem(429, _TOO_FAST)

    def refused(self) -> Response:
        """401, in words that depend on the language of the account."""
        return problem(401, "Неверный логин или пароль")

    def answer(self, request: Request) -> Response:
        """What API v4 says."""
        if request.path.startswith("/oauth"):
            return self.oauth.answer(request)
        page = card(self._books, request.path) if request.method == "GET" else None
        if page is not None:
            return page
        if not self._may_enter(request):
            return self.refused()
        path = request.path.rstrip("/")
        if not path.startswith(_ROOT):
            return unknown(request)
        return self._api(path.removeprefix(_ROOT), request)

    def _api(self, what: str, request: Request) -> Response:
        if what == "webhooks":
            return self.webhooks.answer(request)
        if request.method != "GET":
            return self._writing.write(what, request)
        try:
            return self._reading.read(what, request)
        except BadQuery as error:
            return problem(400, str(error))

    def _may_enter(self, request: Request) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        is_known = token == self.token or self.oauth.opens(token)
        return is_known and self.oauth.is_at_home(request)
