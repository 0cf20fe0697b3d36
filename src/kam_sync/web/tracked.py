"""An id and a line in the log for each request: what was asked, how it ended, how long it took."""

import re
from time import perf_counter
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from kam_sync.web.metrics import route_of

_log = structlog.get_logger("kam_sync.request")

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{7,63}")
"""What a proxy gives; anything else could be a line of the log, or somebody's name."""
_SILENT = ("/healthz", "/readyz", "/metrics", "/static")
"""Asked all the time; told when they fail."""


class Tracked:
    """ASGI middleware, the outermost one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on. The id stays bound: what fails is answered outside of us."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id = given if _SANE.fullmatch(given) else uuid4().hex
        clear_contextvars()
        bind_contextvars(request_id=request_id)
        status, began = 500, perf_counter()

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_named)
        finally:
            route = route_of(scope)
            if status >= 400 or not route.startswith(_SILENT):
                milliseconds = round((perf_counter() - began) * 1000, 1)
                _log.info(
                    "request", method=scope["method"][:10], route=route, status=status,
                    ms=milliseconds,
                )  # fmt: skip


def request_id() -> str:
    """The id of the request that is being answered."""
    return str(get_contextvars().get("request_id", ""))
