"""Knows which source the key in an address opens, mostly without asking the database."""

import asyncio
from time import monotonic

from kam_sync.base.secrets import digest_of
from kam_sync.intake.store import HookKeyStore
from kam_sync.wiring import Services

_GOOD_FOR = 10.0
"""Seconds after which a key that was made invalid opens no more."""
_PAUSE = 1.0
"""Seconds between two questions about keys that nobody knows, however many come."""


class Keys:
    """All keys of all sources; they are few."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._doors: dict[str, int] = {}
        self._asked_at = -_GOOD_FOR
        self._asking = asyncio.Lock()

    async def source_of(self, key: str) -> int | None:
        """The source that a key opens."""
        digest = digest_of(key)
        found = self._doors.get(digest)
        if self._is_older(_GOOD_FOR if found is not None else _PAUSE):
            async with self._asking:
                if self._is_older(_GOOD_FOR if found is not None else _PAUSE):
                    asked_at = monotonic()
                    self._doors = await asyncio.to_thread(self._read)
                    self._asked_at = asked_at
            found = self._doors.get(digest)
        return found

    def _is_older(self, seconds: float) -> bool:
        return monotonic() - self._asked_at >= seconds

    def _read(self) -> dict[str, int]:
        with self._services.database.transaction() as session:
            return HookKeyStore(session).doors(self._services.now())
