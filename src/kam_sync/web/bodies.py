"""Takes the bodies of requests: of so many bytes, in so much time, before they hold a place inside.

What is larger, slower or packed is answered at once and read no further. Uploads of files alone go
on as they come, and are counted on the way.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_OF_FORM = 2**20
MOST_OF_JSON = 8 * 2**20
"""The largest list of rows that the API takes."""
MOST_OF_FILE = 64 * 2**20
_FILE = re.compile(r"/api/v1/sources/[^/]+/files/[^/]+")
_MOST_AT_ONCE = 128 * 2**20
"""Of all bodies that are held in memory, whoever sends them."""
_WITHOUT = frozenset({"GET", "HEAD", "OPTIONS"})
_SLOWEST, _SLOWEST_FILE = 30.0, 600.0

Refuse = Callable[[Request, int, str], Response]


class Refused(Exception):
    """A body that is not taken; the status and why."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class GaveUp(Exception):
    """The caller went away before its body was here."""


class Bodies:
    """ASGI middleware that takes the body, or says why not."""

    def __init__(self, app: ASGIApp, refuse: Refuse) -> None:
        self._app = app
        self._refuse = refuse
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body."""
        if scope["type"] != "http" or scope["method"] in _WITHOUT:
            await self._app(scope, receive, send)
            return
        is_file = scope["method"] == "PUT" and _FILE.fullmatch(scope["path"]) is not None
        of_memory = MOST_OF_JSON if scope["path"].startswith("/api/") else MOST_OF_FORM
        most = MOST_OF_FILE if is_file else of_memory
        try:
            _look_at_headers(scope, most)
            if is_file:
                await self._app(scope, _counted(receive, most), send)
            else:
                await self._take(scope, receive, send, most)
        except Refused as error:
            answer = self._refuse(Request(scope), error.status, error.why)
            await answer(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        """Hold the whole body before the request goes on."""
        body = bytearray()
        try:
            await self._read(receive, body, most)
            await self._app(scope, _given(bytes(body), receive), send)
        except GaveUp:
            return
        finally:
            self._held -= len(body)

    async def _read(self, receive: Receive, body: bytearray, most: int) -> None:
        try:
            async with asyncio.timeout(_SLOWEST):
                async for part in _parts(receive):
                    self._held += len(part)
                    body += part
                    if len(body) > most:
                        raise _too_large(most)
                    if self._held > _MOST_AT_ONCE:
                        said = "too many large requests at once; come again in a moment"
                        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, said)
        except TimeoutError as error:
            said = f"the body did not come within {_SLOWEST:g} s"
            raise Refused(HTTPStatus.REQUEST_TIMEOUT, said) from error


def _look_at_headers(scope: Scope, most: int) -> None:
    headers = dict(scope["headers"])
    packing = headers.get(b"content-encoding", b"identity").decode("latin-1").strip().lower()
    if packing != "identity":
        said = "a packed body (Content-Encoding) is not taken; send it as it is"
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, said)
    told = headers.get(b"content-length", b"0")
    if told.isdigit() and int(told[:20]) > most:
        raise _too_large(most)


def _too_large(most: int) -> Refused:
    said = f"the body is too large: at most {most >> 20} MiB are taken; split it"
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, said)


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    """A body as it comes."""
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise GaveUp
        more = message.get("more_body", False)
        yield message.get("body", b"")


def _given(body: bytes, receive: Receive) -> Receive:
    """First what was read already, then whatever comes."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return left.pop() if left else await receive()

    return read


def _counted(receive: Receive, most: int) -> Receive:
    """The same, and an error once there is too much of it, or it takes too long."""
    size, ends_at = 0, asyncio.get_running_loop().time() + _SLOWEST_FILE
    is_whole = False

    async def read() -> Message:
        nonlocal size, is_whole
        if is_whole:  # what follows is that the caller goes away, whenever that is
            return await receive()
        try:
            async with asyncio.timeout_at(min(ends_at, _next_by())):
                message = await receive()
        except TimeoutError as error:
            raise HTTPException(408, "the file did not come in time") from error
        size += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        if size > most:
            refused = _too_large(most)
            raise HTTPException(refused.status, refused.why)
        return message

    return read


def _next_by() -> float:
    return asyncio.get_running_loop().time() + _SLOWEST
