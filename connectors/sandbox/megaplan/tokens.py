"""Tokens: one of an application, and pairs that a password or the last pair is exchanged for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

import orjson

from connectors.sandbox.http import Request, Response, json

_LASTS = 172_800


@dataclass(frozen=True, slots=True)
class Person:
    """Who may sign in."""

    username: str = "robot@sandbox.example"
    password: str = "sandbox-password"


class Tokens:
    """The pairs of one account; a refresh token is good for one renewal."""

    def __init__(self, token: str, person: Person, clock: Callable[[], float]) -> None:
        self._token = token
        self._person = person
        self._clock = clock
        self._ends: dict[str, float] = {}
        self._refresh: set[str] = set()
        self._given = 0
        self.lasts = _LASTS

    def opens(self, token: str) -> bool:
        """Whether a token is good now."""
        return token == self._token or self._clock() < self._ends.get(token, 0.0)

    def replace(self, token: str) -> None:
        """Give the application another token in the place of its own."""
        self._token = token

    def expire(self) -> None:
        """End all access tokens of pairs."""
        self._ends.clear()

    def answer(self, request: Request) -> Response:
        """A pair for a password or for a refresh token."""
        is_json = "json" in request.headers.get("content-type", "")
        said = orjson.loads(request.body) if is_json else dict(parse_qsl(request.body.decode()))
        refused = self._refusal(said)
        if refused:
            return json({"error": "invalid_grant", "error_description": refused}, 400)
        self._refresh.discard(said.get("refresh_token", ""))
        self._given += 1
        access, refresh = f"access-{self._given}", f"refresh-{self._given}"
        self._ends[access] = self._clock() + self.lasts
        self._refresh.add(refresh)
        return json(
            {
                "access_token": access, "expires_in": self.lasts, "token_type": "bearer",
                "scope": None, "refresh_token": refresh,
            }
        )  # fmt: skip

    def _refusal(self, said: Mapping[str, str]) -> str:
        match said.get("grant_type"):
            case "password":
                known = (self._person.username, self._person.password)
                is_known = (said.get("username"), said.get("password")) == known
                return "" if is_known else "Неверный логин или пароль"
            case "refresh_token":
                is_fresh = said.get("refresh_token") in self._refresh
                return "" if is_fresh else "Invalid refresh token"
            case _:
                return "Unknown grant type"
