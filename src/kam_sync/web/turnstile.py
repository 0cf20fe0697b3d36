"""Lets in only as many requests at once as there are connections for.

A request takes a thread for each of its parts and keeps its connection between them. With more
requests than connections all threads could wait for a connection, and those who have one for a
thread.
"""

from asyncio import Semaphore

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_AT_ONCE = 20  # of the pool's 30; the rest is for jobs in the same process
_FREE = ("/static/", "/healthz", "/readyz", "/metrics")


class Turnstile:
    """ASGI middleware that makes requests wait outside until there is room."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._room = Semaphore(_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on in its turn; its place is free once its answer begins."""
        if scope["type"] != "http" or scope["path"].startswith(_FREE):
            await self._app(scope, receive, send)
            return
        await self._room.acquire()
        is_inside = True

        def leave() -> None:
            nonlocal is_inside
            if is_inside:
                is_inside = False
                self._room.release()

        async def send_leaving(message: Message) -> None:
            leave()  # the transaction has ended by now, so a slow reader keeps nobody out
            await send(message)

        try:
            await self._app(scope, receive, send_leaving)
        finally:
            leave()
