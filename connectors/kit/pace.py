"""Turns at a limit of requests a second, for one process alone, and the wait between tries."""

import random
import threading
import time

from connectors.kit.errors import RetryLater

LONGEST_WAIT = 60.0
"""A longer wait is the scheduler's: the run stops and keeps its cursor."""
LONGEST_HOLD = 3600.0
"""A CRM that asks for a longer silence is asked again once an hour."""


class Pace:
    """Spreads requests evenly so that a second never holds more of them than the limit."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def take(self) -> None:
        """Wait for our turn."""
        if not self._gap:
            return
        with self._lock:
            now = time.monotonic()
            turn = max(self._next, now)
            self._next = turn + self._gap
        if turn > now:
            sleep(turn - now)

    def hold(self, seconds: float, reason: str) -> None:
        """Nothing to do: who talks to the CRM alone waits before its next try anyway."""


def wait_before(attempt: int, trouble: RetryLater) -> float:
    """Seconds before a try: what the CRM asked for, else longer each time and never the same."""
    if trouble.wait is not None:
        return trouble.wait.total_seconds()
    return min(2.0 ** (attempt - 1), 30.0) * random.uniform(0.75, 1.25)  # noqa: S311 - jitter  # nosec B311


def wait_for_turn(seconds: float) -> None:
    """Wait for a turn that was given out elsewhere."""
    if seconds > 0:
        sleep(seconds)


def sleep(seconds: float) -> None:
    """The one place that waits for a CRM."""
    time.sleep(seconds)  # noqa: TID251 - see above
