"""How much may be asked: a leaky bucket of requests, and seconds of work for each method."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any

from connectors.sandbox.bitrix24.answers import Trouble

_BASKETS = 600


class Bucket:
    """Each request adds one, so many run out each second; what would flow over is refused."""

    def __init__(self, drain: float, burst: int) -> None:
        self._drain, self._burst = drain, burst
        self._level, self._at = 0.0, monotonic()
        self._lock = Lock()

    def wait(self) -> float:
        """Zero when a request may pass, else how many seconds it is too early."""
        if not self._drain:
            return 0.0
        with self._lock:
            now = monotonic()
            self._level = max(self._level - (now - self._at) * self._drain, 0.0)
            self._at = now
            if self._level + 1 > self._burst:
                return (self._level + 1 - self._burst) / self._drain
            self._level += 1
            return 0.0


class Operating:
    """Seconds of work of each method; one that has used up its share is refused for a while.

    `cost` is what a call takes, `limit` the share; with no cost nothing is told of it, as on
    portals that do not count.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.cost = 0.0
        self.limit = 480.0
        self._clock = clock
        self._used: dict[str, tuple[float, float]] = {}

    def work(self, method: str) -> dict[str, Any]:
        """Let a method work, and what is told of it."""
        if not self.cost:
            return {}
        now = self._clock()
        used, until = self._used.get(method, (0.0, now + _BASKETS))
        if now >= until:
            used, until = 0.0, now + _BASKETS
        if used >= self.limit:
            said = "Method is blocked due to operation time limit."
            raise Trouble(429, "OPERATION_TIME_LIMIT", said)
        self._used[method] = (used + self.cost, until)
        return {"operating": used + self.cost, "operating_reset_at": int(until)}
