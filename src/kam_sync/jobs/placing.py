"""How a job gets its place in the durable queue: before whom, beside whom, after how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from procrastinate import SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task
from structlog.contextvars import get_contextvars

from kam_sync.base.db import Session
from kam_sync.base.traces import Traces, trace_parent
from kam_sync.jobs.model import Origin
from kam_sync.jobs.store import OriginStore

# Never opened, as each job travels on the connection of its caller's transaction. Not an App: the
# tasks that procrastinate brings along belong to the App made last, which may be a worker's.
_jobs = JobManager(SyncPsycopgConnector())


class Priority(IntEnum):
    """Who goes first of the jobs that are due, also among those with the same lock.

    The queue lets a job with a lock wait for every other one that waits with that lock and has a
    higher priority, or the same and came earlier, even when that one is not due yet. So what waits
    for its time waits at the lowest priority, where it holds up nobody.
    """

    REPLAY = 30
    HOOKS = 20
    ASKED = 10
    DUE = 5
    FULL = 0
    LEDGER = -5
    AGAIN = -10


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job stands in the queue."""

    lock: str
    """One job at a time runs with it."""
    queueing_lock: str
    """One job at a time waits with it."""
    priority: int = Priority.DUE


def put(
    session: Session,
    task: str,
    place: Place,
    *,
    arguments: Mapping[str, int | bool | str],
    wait: timedelta = timedelta(0),
) -> bool:
    """Queue a job in the caller's transaction; False when one like it is waiting already."""
    try:
        # The savepoint keeps the caller's transaction usable when the queueing lock is taken.
        with session.begin_nested():
            job_id = configure_task(
                name=task,
                job_manager=_jobs,
                lock=place.lock,
                queueing_lock=place.queueing_lock,
                priority=place.priority,
                schedule_in={"milliseconds": wait // timedelta(milliseconds=1)} if wait else None,
                connection=session.connection().connection.driver_connection,
            ).defer(**arguments)
    except AlreadyEnqueued:
        return False
    request_id = str(get_contextvars().get("request_id", ""))
    if request_id or Traces.is_on:
        OriginStore(session).keep(job_id, Origin(request_id, trace_parent()))
    return True
