"""`POST /hooks/{key}`: as little as possible between a webhook and the commit that keeps it."""

import asyncio
from http import HTTPStatus
from time import monotonic
from types import SimpleNamespace

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from kam_sync.base.errors import DatabaseTrouble
from kam_sync.intake.inbox import Post
from kam_sync.web.hooks.gathering import Full, Gathering, Reading
from kam_sync.web.hooks.keys import Keys
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.hooks")

_PATH = "/hooks/"
_ROUTE = SimpleNamespace(path="/hooks/{source_key}")
"""What metrics are counted by, as if it were a route of the application."""
_KEPT_HEADERS = ("content-type", "user-agent", "x-amocrm-requestid", "x-request-id")
_LONGEST_HEADER = 500
_PATIENCE = 2.0
"""Seconds in which it is kept or refused: amoCRM waits no longer, and then comes again."""
_SLOWEST_BODY = 10.0
_MOST_BEING_READ = 256 * 1024 * 1024
_COME_AGAIN = {
    HTTPStatus.TOO_MANY_REQUESTS: b"1",
    HTTPStatus.SERVICE_UNAVAILABLE: b"5",
}


class TooLarge(Exception):
    """The body has more bytes than we take."""


class GaveUp(Exception):
    """The caller went away before its body was here."""


class Rate:
    """How many webhooks each source has sent in the running second."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._second = 0
        self._counts: dict[int, int] = {}

    def admits(self, source_id: int) -> bool:
        """Count one more; False when there were too many."""
        second = int(monotonic())
        if second != self._second:
            self._second, self._counts = second, {}
        self._counts[source_id] = self._counts.get(source_id, 0) + 1
        return self._counts[source_id] <= self._most


class Door:
    """ASGI middleware that takes webhooks; all else goes past it.

    No route of the application: its layers would cost more than all that is done here.
    """

    def __init__(self, app: ASGIApp, services: Services, defer_reading: Reading | None) -> None:
        self._app = app
        self._keys = Keys(services)
        self._gathering = Gathering(services, defer_reading)
        self._rate = Rate(services.settings.hooks_per_second)
        self._most_bytes = services.settings.hook_bytes
        self._being_read = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a webhook, or pass the request on."""
        if scope["type"] != "http" or not scope["path"].startswith(_PATH):
            await self._app(scope, receive, send)
            return
        scope["route"] = _ROUTE
        status = HTTPStatus.METHOD_NOT_ALLOWED
        if scope["method"] == "POST":
            status = await self._take(scope, receive)
        again = _COME_AGAIN.get(status)
        headers = [(b"content-length", b"0"), *([(b"retry-after", again)] if again else [])]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _take(self, scope: Scope, receive: Receive) -> HTTPStatus:
        """Keep a webhook; 200 means that it is committed."""
        try:
            async with asyncio.timeout(_PATIENCE):
                source_id = await self._keys.source_of(scope["path"].removeprefix(_PATH))
            if source_id is None:
                return HTTPStatus.NOT_FOUND
            if not self._rate.admits(source_id) or not self._gathering.has_room(source_id):
                return HTTPStatus.TOO_MANY_REQUESTS
            headers = _headers(scope)
            body = await self._read(headers, receive)
            post = Post(source_id, {k: headers[k] for k in _KEPT_HEADERS if k in headers}, body)
            async with asyncio.timeout(_PATIENCE):
                is_kept = await self._gathering.keep(post)
        except TooLarge:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        except GaveUp:
            return HTTPStatus.BAD_REQUEST
        except (DatabaseTrouble, Full, TimeoutError) as error:
            _log.warning("webhook not kept", reason=str(error) or type(error).__name__)
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK if is_kept else HTTPStatus.NOT_FOUND

    async def _read(self, headers: dict[str, str], receive: Receive) -> bytes:
        """The body; not while too many others are being read, each of which may be large."""
        if self._being_read * self._most_bytes > _MOST_BEING_READ:
            raise Full("too many webhooks come in at once")
        self._being_read += 1
        try:
            async with asyncio.timeout(_SLOWEST_BODY):
                return await _body(headers, receive, self._most_bytes)
        finally:
            self._being_read -= 1


async def _body(headers: dict[str, str], receive: Receive, most: int) -> bytes:
    """The body as it came, of so many bytes at most whatever its headers say."""
    said = headers.get("content-length", "0")
    if said.isdigit() and int(said) > most:
        raise TooLarge
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise GaveUp
        body += message.get("body", b"")
        if len(body) > most:
            raise TooLarge
        more = message.get("more_body", False)
    return body


def _headers(scope: Scope) -> dict[str, str]:
    """The headers by their names in small letters."""
    return {
        name.decode("latin-1"): value.decode("latin-1")[:_LONGEST_HEADER]
        for name, value in scope["headers"]
    }
