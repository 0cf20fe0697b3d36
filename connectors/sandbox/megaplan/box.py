"""The Megaplan sandbox itself: a world behind the addresses of API v3."""

import math
from collections.abc import Callable
from time import time
from typing import Any

import orjson

from connectors.sandbox.entities import World
from connectors.sandbox.http import Request, Response
from connectors.sandbox.megaplan.answers import card, problem
from connectors.sandbox.megaplan.asked import Unprocessable
from connectors.sandbox.megaplan.reading import Reading
from connectors.sandbox.megaplan.shapes import rows
from connectors.sandbox.megaplan.shelves import Shelves, now_at
from connectors.sandbox.megaplan.switches import Switches
from connectors.sandbox.megaplan.tagged import Shape
from connectors.sandbox.megaplan.tokens import Person, Tokens
from connectors.sandbox.megaplan.writing import Writing
from connectors.sandbox.server import Sandbox

TOKEN = "sandbox-token-megaplan"
NOUNS = ("deal", "contractorCompany", "contractorHuman", "task", "invoice", "employee")
_ROOT = "/api/v3/"
_MOST_CALLS = 20
_TOUCHED = {"task": "activity"}


class MegaplanSandbox(Sandbox):
    """One Megaplan account that shows a world and can be changed while it runs.

    What no document settles, and what may go wrong, are the fields of `Switches`, given as keyword
    arguments. Nouns are the paths of lists: "deal", "contractorCompany", "task", ...
    """

    def __init__(
        self,
        world: World,
        *,
        token: str = TOKEN,
        rate: float = 2.0,
        port: int = 0,
        clock: Callable[[], float] = time,
        **switches: Any,
    ) -> None:
        super().__init__(rate=rate, port=port, clock=clock)
        self.token, self._speed = token, rate
        self.person = Person()
        self.tokens = Tokens(token, self.person, clock)
        self.switches = Switches(**switches)
        self._shelves = Shelves(rows(world))
        me = world.users[0].number
        self._reading = Reading(self._shelves, self.switches, me)
        self._writing = Writing(self._shelves, self.switches, clock, me)

    # What tests do to it.

    def ids(self, noun: str) -> list[int]:
        """All ids of a list."""
        return self._shelves.ids(noun)

    def count(self, noun: str) -> int:
        """How many of them there are."""
        return len(self.ids(noun))

    def row(self, noun: str, number: int) -> Shape:
        """One row, which must be there."""
        found = self._shelves.get(noun, number)
        if found is None:
            raise KeyError(f"{noun} has no {number}")
        return found

    def put(self, noun: str, row: Shape) -> None:
        """Add a row, or replace the one with its id, exactly as given."""
        self._shelves.put(noun, row)

    def change(self, noun: str, number: int, **values: Any) -> None:
        """Set some values, and the time of the last change where none is given."""
        touched = {_TOUCHED.get(noun, "timeUpdated"): now_at(self.clock())}
        self.put(noun, self.row(noun, number) | touched | values)

    def remove(self, noun: str, number: int) -> None:
        """Let a row vanish."""
        self._shelves.remove(noun, number)

    def call(self, noun: str, number: int, event: str) -> bytes:
        """The body that the stream of events would send of a row."""
        row = self.row(noun, number)
        info = {"integrationUuid": "sandbox-app", "uuid": f"{event}-{number}"}
        model = {"model": row["contentType"]}
        return orjson.dumps({"event": event, "data": row, "accountInfo": info | model})

    # What it answers.

    def too_fast(self, wait: float) -> Response:
        """429, with the wait where the switch says."""
        said = problem(429, "Слишком много запросов")
        if not self.switches.tells_wait:
            return said
        return said.with_header("Retry-After", str(max(math.ceil(wait), 1)))

    def refused(self) -> Response:
        """401, perhaps inside of a 200."""
        status = 200 if self.switches.error_inside else 401
        return problem(401, "Требуется авторизация", http_status=status)

    def announced(self) -> dict[str, Any]:
        """The token, who may sign in, and how much there is."""
        return {
            "token": self.token,
            "person": {"username": self.person.username, "password": self.person.password},
            "rows": {noun: self.count(noun) for noun in NOUNS},
            # its host has another port each time, and nobody knows a limit of the true one
            "options": {"account": "sandbox", "per_second": f"{self._speed * 0.9:g}"},
        }

    def answer(self, request: Request) -> Response:
        """What API v3 says."""
        path = request.path.rstrip("/")
        if not path.startswith(_ROOT):
            return problem(404, "Not found")
        what = path.removeprefix(_ROOT)
        if what == "auth/access_token" and request.method == "POST":
            return self.tokens.answer(request)
        if not self.tokens.opens(request.headers.get("authorization", "").removeprefix("Bearer ")):
            return self.refused()
        if what == "bulk" and request.method == "POST":
            return self._together(orjson.loads(request.body).get("calls") or [])
        return self._one(request.method, what, request.raw_query, request.body)

    def _one(self, method: str, what: str, raw_query: str, body: bytes) -> Response:
        try:
            if method == "POST":
                return self._writing.write(what, body)
            return self._reading.read(what, raw_query)
        except Unprocessable as error:
            return problem(422, str(error))

    def _together(self, calls: list[Shape]) -> Response:
        """The answers to several calls, each with its own status; one that fails harms no other."""
        if not self.switches.has_bulk:
            return problem(404, "Not found")
        if len(calls) > _MOST_CALLS:
            return problem(422, "calls: слишком много")
        found = []
        for call in calls:
            path, _, query = call["url"].partition("?")
            answer = self._one(call["method"], path.removeprefix(_ROOT), query, b"")
            found.append(orjson.Fragment(answer.body))
        return card(found)
