"""Connections that ask for nothing are let go, so that nobody holds all of them with patience."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

_PATIENCE = 20.0
"""Seconds for the head of the first request, and between two looks whether another has begun."""


class Hurrying(H11Protocol):
    """uvicorn's own protocol; that one waits for the head of a request as long as it takes."""

    _looks: asyncio.TimerHandle | None = None
    _seen: Any = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as its own
        """Begin to look after the connection."""
        super().connection_made(transport)
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        if self._looks is not None:
            self._looks.cancel()
        super().connection_lost(exc)

    def _look_later(self) -> None:
        self._looks = self.loop.call_later(_PATIENCE, self._look)

    def _look(self) -> None:
        cycle: Any = self.cycle  # None before the first request, whatever its type says
        is_idle = cycle is None or cycle.response_complete
        if is_idle and (cycle is None or self._seen is cycle):
            self.transport.close()
            return
        self._seen = cycle if is_idle else None
        self._look_later()
