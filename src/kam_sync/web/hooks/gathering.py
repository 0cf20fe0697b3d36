"""Keeps webhooks: all that wait go into the database in one transaction, by one thread."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import structlog

from kam_sync.base.db import Session
from kam_sync.intake.inbox import Post
from kam_sync.intake.store import InboxStore
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.hooks")

_MOST_AT_ONCE = 500
_GATHER = 0.02
"""Seconds for others to come; a transaction costs as much as a dozen webhooks in it."""
_MOST_WAITING = 2_000
_MOST_BYTES = 64 * 1024 * 1024

_LOOK_EVERY = 16 * 1024 * 1024
"""After so many bytes of a source it is looked whether its webhooks take too much room."""
_OF_A_ROW = 500
_PAUSE = 60.0
"""Seconds in which a source that fills the disk is not even asked about."""

Reading = Callable[[Session, int], object]
"""Queues the reading of the webhooks of a source, in the transaction that keeps them."""


class Full(Exception):
    """More wait already than we want to hold in memory."""


class Gathering:
    """Everything but the transaction itself happens in the event loop, so nothing is locked."""

    def __init__(self, services: Services, defer_reading: Reading | None) -> None:
        self._services = services
        self._defer_reading = defer_reading
        self._waiting: list[tuple[Post, asyncio.Future[bool]]] = []
        self._bytes = 0
        self._most_kept = services.settings.hooks_kept_mib * 1024 * 1024
        self._since: Counter[int] = Counter()
        self._full_until: dict[int, float] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inbox")
        self._writing: asyncio.Task[None] | None = None

    def has_room(self, source_id: int) -> bool:
        """False for a while when webhooks of a source that nobody has read fill their room."""
        return monotonic() >= self._full_until.get(source_id, 0.0)

    async def keep(self, post: Post) -> bool:
        """Return once a webhook is committed; False when its source is gone.

        Who is cancelled before that may find it kept or not.
        """
        if len(self._waiting) >= _MOST_WAITING or self._bytes + len(post.body) > _MOST_BYTES:
            raise Full
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((post, kept))
        self._bytes += len(post.body)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await kept

    async def _write_all(self) -> None:
        while self._waiting:
            await asyncio.sleep(_GATHER)
            taken, self._waiting = (
                self._waiting[:_MOST_AT_ONCE],
                self._waiting[_MOST_AT_ONCE:],
            )
            wanted = [(post, kept) for post, kept in taken if not kept.done()]
            if wanted:
                await self._write_some(wanted)
            self._bytes -= sum(len(post.body) for post, _ in taken)
        self._writing = None

    async def _write_some(self, batch: Sequence[tuple[Post, "asyncio.Future[bool]"]]) -> None:
        posts = [post for post, _ in batch]
        loop = asyncio.get_running_loop()
        try:
            there = await loop.run_in_executor(self._thread, self._write, posts)
        except Exception as error:  # noqa: BLE001 - handed to everybody who waits for it
            for _, kept in batch:
                if not kept.done():
                    kept.set_exception(error)
            return
        for post, kept in batch:
            if not kept.done():
                kept.set_result(post.source_id in there)

    def _write(self, posts: Sequence[Post]) -> set[int]:
        """Keep them, and ask for their reading; the sources that exist."""
        with self._services.database.transaction() as session:
            inbox = InboxStore(session)
            there = inbox.enter({post.source_id for post in posts})
            wanted = [post for post in posts if post.source_id in there]
            if wanted:
                inbox.keep(wanted)
                self._look_after_room(inbox, wanted)
            if self._defer_reading is not None:
                for source_id in sorted(there):
                    self._defer_reading(session, source_id)
        return there

    def _look_after_room(self, inbox: InboxStore, posts: Sequence[Post]) -> None:
        """Who knows one address could else fill the disk."""
        for post in posts:
            self._since[post.source_id] += len(post.body) + _OF_A_ROW
        for source_id in {post.source_id for post in posts}:
            was_full = source_id in self._full_until
            if self._since[source_id] < min(_LOOK_EVERY, self._most_kept) and not was_full:
                continue
            self._since[source_id] = 0
            if inbox.make_room(source_id, self._most_kept):
                self._full_until.pop(source_id, None)
            else:
                self._full_until[source_id] = monotonic() + _PAUSE
                _log.error("webhooks fill their room", source_id=source_id, bytes=self._most_kept)
