"""The sandbox itself: sign-in, lists and webhooks as they were seen, and plain lists beside."""

import math
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from time import time
from typing import Any, Literal
from urllib.parse import parse_qs

import orjson

from connectors.sandbox import http
from connectors.sandbox.entities import World
from connectors.sandbox.http import Request, Response
from connectors.sandbox.sbercrm import gateway, plain
from connectors.sandbox.sbercrm.books import Books
from connectors.sandbox.sbercrm.shapes import NOUNS, uuid
from connectors.sandbox.server import Sandbox

TOKEN = "sandbox-password-sbercrm"
USER = "kam_sync"
WEBHOOK = "5ec7e700-0000-4000-8000-0000000000aa"
"""The secret in the address of the webhook that makes tasks."""
_ROOT = "/react-gateway/api"
_SHIPPED = Path(__file__).parents[2] / "profiled" / "shipped" / "sbercrm.yaml"


class SberSandbox(Sandbox):
    """One tenant. `token` is the password of `kam_sync`, and the token of the plain lists."""

    def __init__(  # noqa: PLR0913 - each is a thing of its own
        self,
        world: World,
        *,
        token: str = TOKEN,
        rate: float = 0.0,
        port: int = 0,
        clock: Callable[[], float] = time,
        life: float = 36_000.0,
        most: int = 500,
        filter_: Literal["on", "ignored"] = "on",
        retry_after: bool = True,
    ) -> None:
        """Open it.

        Args:
            life: seconds until who signed in has to do it again.
            most: how many rows a page has at most, whatever was asked for.
            filter_: whether lists that ask for conditions or changes get what they ask for.
            retry_after: whether 429 says how long to wait.
        """
        super().__init__(rate=rate, port=port, clock=clock)
        self.token, self._speed = token, rate
        self.books = Books(world)
        self._life, self._retry_after = life, retry_after
        self._gateway = gateway.Gateway(self.books, most, is_filtered=filter_ == "on")
        self._plain = plain.Plain(self.books, most, is_filtered=filter_ == "on")
        self._signed_in: dict[str, float] = {}

    def announced(self) -> dict[str, Any]:
        """The user, the ids of entities and the webhook, and the shipped profile with all that."""
        profile = _SHIPPED.read_text(encoding="utf-8")
        profile = profile.replace("version:", "account: sandbox\nversion:", 1)
        profile = profile.replace("per_second: 1", f"per_second: {self._speed:g}")
        for noun in NOUNS:
            profile = profile.replace(f"REPLACE-ME-{noun.upper()}", uuid(noun, 0))
        return {
            "options": {"profile": profile},
            "token": orjson.dumps({"username": USER, "password": self.token}).decode(),
            "entities": {noun: uuid(noun, 0) for noun in NOUNS},
            "task_webhook_url": f"{self.url}{_ROOT}/webhook/{WEBHOOK}",
            "rows": {noun: self.count(noun) for noun in NOUNS},
        }

    def ids(self, noun: str) -> list[str]:
        """The ids of a noun."""
        return list(self.books.rows[noun])

    def count(self, noun: str) -> int:
        """How many there are."""
        return len(self.books.rows[noun])

    def change(self, noun: str, id_: str, **fields: Any) -> None:
        """Set some attributes."""
        self.books.change(noun, id_, fields)

    def remove(self, noun: str, id_: str) -> None:
        """Delete a row."""
        self.books.remove(noun, id_)

    def is_question(self, request: Request) -> bool:
        """Lists are asked for by POST."""
        return request.method == "GET" or request.path.endswith("/list")

    def too_fast(self, wait: float) -> Response:
        """429, with the wait where the switch says."""
        said = http.json({"message": "Too many requests"}, 429)
        seconds = str(max(math.ceil(wait), 1))
        return said.with_header("Retry-After", seconds) if self._retry_after else said

    def refused(self) -> Response:
        """Nobody is signed in."""
        return http.json({"message": "Unauthorized"}, 401)

    def answer(self, request: Request) -> Response:
        """What is at an address."""
        path = request.path.removeprefix(_ROOT)
        if path == request.path:
            return self._plain.answer(request) if self._knows(request) else self.refused()
        if path.startswith("/webhook/"):
            return self._gateway.webhook(request, is_known=path.endswith(WEBHOOK))
        if path == "/auth/login":
            return self._sign_in(request)
        return self._gateway.answer(path, request) if self._is_in(request) else self.refused()

    def _sign_in(self, request: Request) -> Response:
        told = parse_qs(request.body.decode())
        if told.get("username") != [USER] or told.get("password") != [self.token]:
            return self.refused()
        token = token_hex(16)
        self._signed_in[token] = self.clock() + self._life
        return http.json({"access_token": token})

    def _is_in(self, request: Request) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return self._signed_in.get(token, 0.0) > self.clock()

    def _knows(self, request: Request) -> bool:
        return request.headers.get("authorization", "") == f"Bearer {self.token}"
