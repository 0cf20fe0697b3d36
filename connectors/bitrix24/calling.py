"""Calls of methods: by a webhook or by an app's token, alone or fifty in one batch."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit

from connectors.bitrix24.trouble import Judge
from connectors.kit import pick
from connectors.kit.auth import Proof, in_body
from connectors.kit.contract import Credentials
from connectors.kit.errors import ErrorKind, RetryLater
from connectors.kit.http import CrmHttp
from connectors.kit.pace import Pace

Params = Mapping[str, Any]
_WEBHOOK = re.compile(r"(?:/?rest/)?([0-9]{1,12})/([A-Za-z0-9_-]{4,200})(?:/.*)?")
_APP = re.compile(r"[!-.0-~]{1,2000}")


class Portal:
    """The methods of one portal."""

    def __init__(self, credentials: Credentials, per_second: float) -> None:
        self.host = urlsplit(credentials.base_url).netloc.lower()
        self._judge = Judge()
        root, self.is_app = _door(credentials)
        self.http = CrmHttp(
            credentials.base_url,
            proof=Proof.by(credentials, in_body("auth"))
            if self.is_app
            else Proof(hidden=(root.rpartition("/")[2],)),
            turns=(credentials.turns or Pace)(per_second),
            root=root,
            special=self._judge,
        )

    def call(self, method: str, params: Params) -> Any:
        """What a method that only reads gives."""
        return self.answer(method, params).get("result")

    def answer(self, method: str, params: Params) -> pick.Body:
        """The whole answer of a method that only reads."""
        return self._said(method, self.http.ask(f"/{method}", dict(params)).data)

    def do(self, method: str, params: Params) -> Any:
        """What a method gives that changes something; repeated only when it was not done."""
        return self._said(method, self.http.send("POST", f"/{method}", dict(params)).data)["result"]

    def batch(self, commands: Mapping[str, str]) -> tuple[pick.Body, pick.Body]:
        """Results and errors by the names of the commands; each has one of the two."""
        found = pick.one(self.answer("batch", {"halt": 0, "cmd": dict(commands)}), "result")
        results, errors = pick.one(found, "result"), pick.one(found, "result_error")
        if not commands.keys() <= results.keys() | errors.keys():
            said = "the answer to a batch lacks a part, or repeats what was answered before"
            raise RetryLater(f"{self.host}: {said}", kind=ErrorKind.UNREADABLE)
        return results, errors

    def fail(self, error: Any) -> NoReturn:
        """Raise what an error within a batch means."""
        known = self._judge.named(400, error)
        known.args = (f"{self.host}: {known}",)
        raise known

    def now(self) -> datetime:
        """What time the portal has."""
        if self.http.server_time() is None:
            self.call("server.time", {})
        at = self.http.server_time()
        if at is None:
            raise RetryLater(f"{self.host}: the portal does not say what time it has")
        return at

    def written(self, at: datetime, dates: str) -> str:
        """A time as filters want it."""
        local = at.astimezone(self._judge.zone)
        return f"{local:%Y-%m-%d %H:%M:%S}" if dates == "plain" else local.isoformat("T", "seconds")

    def _said(self, method: str, data: Any) -> pick.Body:
        if not isinstance(data, dict) or "result" not in data:
            said = f"{self.host} {method}: the answer has no result"
            raise RetryLater(said, kind=ErrorKind.UNREADABLE)
        return data


def command(method: str, params: Params) -> str:
    """A method and its parameters as a batch wants them; references stay as they are."""
    pairs = _pairs("", params)
    return f"{method}?" + "&".join(f"{quote(k)}={quote(v, safe='$[]')}" for k, v in pairs)


def _pairs(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _pairs(f"{name}[{key}]" if name else str(key), part)
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            yield from _pairs(f"{name}[{place}]", part)
    else:
        yield name, str(value)


def _door(credentials: Credentials) -> tuple[str, bool]:
    """Where the methods are: below a webhook's secret, or open to who brings an app's token.

    The second says whether it is an app's.
    """
    token = credentials.token.strip()
    where = urlsplit(token) if "://" in token else None
    if where is not None and where.netloc.lower() != urlsplit(credentials.base_url).netloc.lower():
        raise ValueError("the webhook is of another portal than the base URL")
    said = where.path if where is not None else token
    found = _WEBHOOK.fullmatch(said.strip("/"))
    if found:
        return f"/rest/{found.group(1)}/{found.group(2)}", False
    if where is not None or not _APP.fullmatch(token):
        raise ValueError(
            "the token is none of Bitrix24's: give the address of an incoming webhook, or its end "
            "USER/SECRET, or the access token of an app"
        )
    return "/rest", True
