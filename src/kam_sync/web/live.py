"""Tells open pages what has changed, so that they fetch it: server-sent events.

One look at the database every two seconds serves all pages of this process, and there is none
while no page is open. An event is named for what has changed and carries nothing else; its id holds
what was seen, so that a page that comes back hears of what it missed.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import partial
from time import monotonic
from typing import Annotated

import orjson
import structlog
from fastapi import APIRouter, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import Session, is_limited
from kam_sync.base.errors import DatabaseTrouble
from kam_sync.intake.store import RunStore, mark_of_writes
from kam_sync.web.deps import Asking, Serving
from kam_sync.wiring import Services

router = APIRouter()
_log = structlog.get_logger("kam_sync.web")

PATH = "/events"
_EVERY = 2.0
_LONGEST = 1000
_STAYS = 600.0
"""Seconds. Then a page asks anew by itself, and shows who it is: log-ins are ended."""

Marks = Mapping[str, str]
"""By topic ("alerts", "runs") what changes when it does."""


class Live:
    """What has changed, for all that listen."""

    def __init__(self, services: Services, *, every: float = _EVERY, stays: float = _STAYS) -> None:
        self._services = services
        self._every = every
        self._stays = stays
        self._listeners: set[asyncio.Queue[Marks | None]] = set()
        self._looking: asyncio.Task[None] | None = None

    async def news(
        self, last_seen: str, services: Services | None = None
    ) -> AsyncIterator[ServerSentEvent]:
        """An event for each change from now on, or since what an earlier event gave as its id.

        Args:
            services: as who listens is given them, where that is less than all: of what changes
                they hear what they see of it.
        """
        look = partial(_look_at, services or self._services)
        queue: asyncio.Queue[Marks | None] = asyncio.Queue()
        self._listeners.add(queue)
        before: Marks | None = None
        ends_at = monotonic() + self._stays
        try:
            seen = _read(last_seen) or await asyncio.to_thread(look)
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._keep_looking())
            while (marks := await queue.get()) is not None and monotonic() < ends_at:
                if services is not None and marks != before:
                    before, marks = marks, await asyncio.to_thread(look)
                elif services is not None:
                    continue
                for topic in (one for one in marks if marks[one] != seen.get(one)):
                    yield ServerSentEvent(event=topic, data="", id=_written(marks))
                seen = marks
        finally:
            self._listeners.discard(queue)

    def close(self) -> None:
        """Let all pages go: the process ends."""
        for queue in self._listeners:
            queue.put_nowait(None)

    async def _keep_looking(self) -> None:
        """Look as long as somebody listens, whatever goes wrong: pages would wait for ever."""
        is_told = False
        while self._listeners:
            try:
                marks = await asyncio.to_thread(_look_at, self._services)
                for queue in self._listeners:
                    queue.put_nowait(marks)
                is_told = False
            except DatabaseTrouble:
                pass  # the next look may succeed
            except Exception:  # noqa: BLE001 - recorded; the next look may succeed
                if not is_told:  # once, and not every two seconds
                    _log.exception("pages cannot be told what has changed")
                is_told = True
            await asyncio.sleep(self._every)


@router.get(PATH, response_class=EventSourceResponse)
async def events(
    request: Request,
    services: Serving,
    who: Asking,
    seen: Annotated[str, Query(max_length=_LONGEST)] = "",
) -> AsyncIterator[ServerSentEvent]:
    """What changes from now on; or from when the page was made, or from what it has heard last."""
    live: Live = request.app.state.live
    own = services if who.sees_own_accounts_only else None
    async for event in live.news(request.headers.get("last-event-id") or seen, own):
        yield event


def seen_by_now(session: Session) -> str:
    """What there is to hear of now, as the id of an event has it."""
    return _written(_marks(session))


def _look_at(services: Services) -> Marks:
    with services.database.transaction() as session:
        return _marks(session)


def _marks(session: Session) -> Marks:
    """With alerts stands what waits to be written into a CRM, their tasks above all. Syncs are not
    theirs who see own accounts only."""
    alerts = f"{AlertStore(session).mark()} {mark_of_writes(session)}"
    if is_limited(session):
        return {"alerts": alerts}
    return {"alerts": alerts, "runs": RunStore(session).mark()}


def _written(marks: Marks) -> str:
    return orjson.dumps(marks).decode()


def _read(text: str) -> Marks:
    """What a page has seen, as its last event had it; nothing where that is no such text."""
    try:
        found = orjson.loads(text) if text else {}
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
