"""The timetable as requests are given it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import Depends, Request

from kam_sync.base.db import Session
from kam_sync.jobs.planning import Timetable
from kam_sync.jobs.serving import next_sync
from kam_sync.web.deps import Reading, Serving


def timetable(request: Request, session: Reading, services: Serving) -> Timetable:
    """The timetable, in the transaction of the request."""
    sync_every = request.app.state.sync_every
    return Timetable(session, services.settings.timezone, services.now(), sync_every=sync_every)


Planning = Annotated[Timetable, Depends(timetable)]

NextSync = Callable[[Session, int, datetime], datetime | None]


def upcoming(request: Request) -> NextSync:
    """What says when the next sync of a source begins, in the past when it waits."""
    return partial(next_sync, every=request.app.state.sync_every)


Next = Annotated[NextSync, Depends(upcoming)]
