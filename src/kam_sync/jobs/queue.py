"""Puts work into the durable queue, in the transaction of whoever asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from procrastinate import SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from kam_sync.base.db import Session
from kam_sync.jobs.store import QueueStore

SYNC, MEASURE, WRITE, RENEW = "sync_source", "measure", "write_crm", "renew_grants"
KEEP_HOUSE = "keep_house"
ANNOUNCE, DELIVER = "announce", "deliver"
READ = "read_hooks"
SETTLE = timedelta(seconds=2)
"""So long webhooks gather before they are read, for several of them are often about one record."""
# By its alias: its full name grows by a prefix with every App that a process makes.
_REMOVE_OLD_JOBS = "procrastinate.builtin_tasks.remove_old_jobs"


class Priority(IntEnum):
    """Who goes first of the jobs that are due, also among those with the same lock.

    The queue lets a job with a lock wait for every other one that waits with that lock and has a
    higher priority, or the same and came earlier, even when that one is not due yet. So what waits
    for its time waits at the lowest priority, where it holds up nobody.
    """

    HOOKS = 20
    ASKED = 10
    DUE = 5
    FULL = 0
    AGAIN = -10


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a job stands in the queue."""

    lock: str
    """One job at a time runs with it."""
    queueing_lock: str
    """One job at a time waits with it."""
    priority: int = Priority.DUE


# Never opened, as each job travels on the connection of its caller's transaction. Not an App: the
# tasks that procrastinate brings along belong to the App made last, which may be a worker's.
_jobs = JobManager(SyncPsycopgConnector())


def defer_sync(
    session: Session,
    source_id: int,
    *,
    attempt: int = 0,
    wait: timedelta = timedelta(0),
    is_asked: bool = False,
) -> bool:
    """Queue a sync of a source; False when one is waiting already.

    A person who asks does not wait for a retry that is minutes away.
    """
    priority = Priority.AGAIN if wait else Priority.DUE
    on_schedule, asked = waiting_syncs(source_id)
    return _defer(
        session,
        SYNC,
        _Place(
            lock=f"source:{source_id}",
            queueing_lock=asked if is_asked else on_schedule,
            priority=Priority.ASKED if is_asked else priority,
        ),
        wait=wait,
        arguments={"source_id": source_id, "attempt": attempt},
    )


def defer_full(
    session: Session, source_id: int, *, attempt: int = 0, wait: timedelta = timedelta(0)
) -> bool:
    """Queue a sync that reads everything; False when one is waiting already."""
    priority = Priority.AGAIN if wait else Priority.FULL
    return _defer(
        session,
        SYNC,
        _Place(f"source:{source_id}", f"full:{source_id}", priority),
        wait=wait,
        arguments={"source_id": source_id, "attempt": attempt, "full": True},
    )


def waiting_syncs(source_id: int) -> tuple[str, str]:
    """The queueing locks of the syncs of a source: on schedule, and asked for."""
    return f"sync:{source_id}", f"sync:{source_id}:asked"


def defer_write(
    session: Session, source_id: int, *, attempt: int = 0, wait: timedelta = timedelta(0)
) -> bool:
    """Queue what is to be written into a CRM; False when that is waiting already.

    A person who asks does not wait for a retry that is minutes away.
    """
    return _defer(
        session,
        WRITE,
        _Place(
            f"write:{source_id}",
            f"write:{source_id}:{'again' if attempt else 'now'}",
            Priority.AGAIN if attempt else Priority.ASKED,
        ),
        wait=wait,
        arguments={"source_id": source_id, "attempt": attempt},
    )


def defer_reading(
    session: Session, source_id: int, *, attempt: int = 0, wait: timedelta = SETTLE
) -> bool:
    """Queue the reading of the webhooks of a source; False when it is waiting already.

    What comes in does not wait for a retry that is minutes away. While one reading runs, the next
    one stands behind the syncs that wait: a steady stream of webhooks must not keep them out.
    """
    lock = f"source:{source_id}"
    lowest = QueueStore(session).lowest_waiting(lock, running=READ)
    first = Priority.HOOKS if lowest is None else lowest
    place = _Place(
        lock=lock,
        queueing_lock=f"hooks:{source_id}:again" if attempt else f"hooks:{source_id}",
        priority=Priority.AGAIN if attempt else first,
    )
    if QueueStore(session).is_waiting(place.queueing_lock):  # mostly; cheaper than a refusal
        return False
    return _defer(
        session,
        READ,
        place,
        wait=wait,
        arguments={"source_id": source_id, "attempt": attempt},
    )


def defer_measure(session: Session, *, attempt: int = 0, wait: timedelta = timedelta(0)) -> bool:
    """Queue steps 3 to 6; False when they are waiting already."""
    return _defer(
        session,
        MEASURE,
        _Place("measure", "measure"),
        wait=wait,
        arguments={"attempt": attempt},
    )


def defer_renewal(session: Session) -> bool:
    """Queue the renewal of grants that are due; False when it is waiting already."""
    return _defer(session, RENEW, _Place("renew_grants", "renew_grants"), arguments={})


def defer_housekeeping(session: Session) -> bool:
    """Queue the deletion of what is old; False when it is waiting already."""
    return _defer(session, KEEP_HOUSE, _Place("keep_house", "keep_house"), arguments={})


def defer_announcing(session: Session, *, attempt: int = 0, wait: timedelta = timedelta(0)) -> bool:
    """Queue the search for news to integrators; False when it is waiting already."""
    place = _Place("announce", "announce")
    return _defer(session, ANNOUNCE, place, wait=wait, arguments={"attempt": attempt})


def defer_delivery(
    session: Session, target_id: int, *, attempt: int = 0, wait: timedelta = timedelta(0)
) -> bool:
    """Queue the sending to a target; False when it is waiting already."""
    lock = f"target:{target_id}"
    arguments = {"target_id": target_id, "attempt": attempt}
    return _defer(session, DELIVER, _Place(lock, lock), wait=wait, arguments=arguments)


def defer_removal(session: Session, *, keep: timedelta) -> bool:
    """Queue the deletion of jobs that ended longer ago than `keep`."""
    return _defer(
        session,
        _REMOVE_OLD_JOBS,
        _Place("housekeeping", "housekeeping"),
        arguments={
            "max_hours": keep // timedelta(hours=1),
            "remove_failed": True,
            "remove_cancelled": True,
            "remove_aborted": True,
        },
    )


def _defer(
    session: Session,
    task: str,
    place: _Place,
    *,
    arguments: Mapping[str, int | bool],
    wait: timedelta = timedelta(0),
) -> bool:
    try:
        # The savepoint keeps the caller's transaction usable when the queueing lock is taken.
        with session.begin_nested():
            configure_task(
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
    return True
