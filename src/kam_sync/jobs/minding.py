"""Notices that the clock of the machine was put back."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

import structlog

from kam_sync.base.clock import Clock

_log = structlog.get_logger("kam_sync.timetable")

_TOLERANCE = timedelta(seconds=5)
"""So much NTP may take back; who waits for an instant then waits that much longer."""


class ClockMinder:
    """Looks again and again, in a thread of its own: it waits by a clock that nobody can set."""

    def __init__(self, now: Clock, every: timedelta, put_back: Callable[[], None]) -> None:
        self._now = now
        self._every = every.total_seconds()
        self._put_back = put_back
        self._is_over = Event()
        self._thread = Thread(target=self._mind, name="clock minder", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _mind(self) -> None:
        last = self._now()
        while not self._is_over.wait(self._every):
            now = self._now()
            if now < last - _TOLERANCE:
                _log.warning("the clock was put back", seconds=(last - now).total_seconds())
                self._put_back()
            last = now
