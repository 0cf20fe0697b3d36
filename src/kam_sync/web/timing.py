"""The timetable as requests are given it."""

from typing import Annotated

from fastapi import Depends, Request

from kam_sync.jobs.planning import Timetable
from kam_sync.web.deps import Reading, Serving


def timetable(request: Request, session: Reading, services: Serving) -> Timetable:
    """The timetable, in the transaction of the request."""
    sync_every = request.app.state.sync_every
    return Timetable(session, services.settings.timezone, services.now(), sync_every=sync_every)


Planning = Annotated[Timetable, Depends(timetable)]
