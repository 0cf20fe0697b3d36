"""`POST /hooks/{key}`: as little as possible between a webhook and the commit that keeps it."""

import asyncio
from time import monotonic

import structlog
from fastapi import APIRouter, Request, Response

from kam_sync.base.errors import DatabaseTrouble
from kam_sync.intake.inbox import Post
from kam_sync.web.hooks.gathering import Full, Gathering, Reading
from kam_sync.web.hooks.keys import Keys
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.hooks")

router = APIRouter(tags=["hooks"])

_KEPT_HEADERS = ("content-type", "user-agent", "x-amocrm-requestid", "x-request-id")
_LONGEST_HEADER = 500
_PATIENCE = 2.0
"""Seconds in which it is kept or refused: amoCRM waits no longer, and then comes again."""
_SLOWEST_BODY = 10.0
_COME_AGAIN = {"Retry-After": "5"}


class TooLarge(Exception):
    """The body has more bytes than we take."""


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
    """What takes the webhooks of one application."""

    def __init__(self, services: Services, defer_reading: Reading | None) -> None:
        self._keys = Keys(services)
        self._gathering = Gathering(services, defer_reading)
        self._rate = Rate(services.settings.hooks_per_second)
        self._most_bytes = services.settings.hook_bytes

    async def take(self, key: str, request: Request) -> Response:
        """Keep a webhook; 200 means that it is committed."""
        try:
            async with asyncio.timeout(_PATIENCE):
                source_id = await self._keys.source_of(key)
            if source_id is None:
                return Response(status_code=404)
            if not self._rate.admits(source_id):
                return Response(status_code=429, headers={"Retry-After": "1"})
            async with asyncio.timeout(_SLOWEST_BODY):
                body = await _body(request, self._most_bytes)
            async with asyncio.timeout(_PATIENCE):
                is_kept = await self._gathering.keep(Post(source_id, _headers(request), body))
        except TooLarge:
            return Response(status_code=413)
        except (DatabaseTrouble, Full, TimeoutError) as error:
            _log.warning("webhook not kept", reason=str(error) or type(error).__name__)
            return Response(status_code=503, headers=_COME_AGAIN)
        return Response(status_code=200 if is_kept else 404)


@router.post("/hooks/{source_key}", include_in_schema=False)
async def take_hook(source_key: str, request: Request) -> Response:
    """Keep a webhook."""
    door: Door = request.app.state.door
    return await door.take(source_key, request)


async def _body(request: Request, most: int) -> bytes:
    """The body as it came, of so many bytes at most whatever its headers say."""
    said = request.headers.get("content-length", "0")
    if said.isdigit() and int(said) > most:
        raise TooLarge
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)


def _headers(request: Request) -> dict[str, str]:
    """Those that say what the body is and which request it was."""
    given = request.headers
    return {name: given[name][:_LONGEST_HEADER] for name in _KEPT_HEADERS if name in given}
