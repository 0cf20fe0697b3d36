"""Puts work into the durable queue, in the transaction of whoever asks for it."""

from datetime import timedelta

from procrastinate import SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from kam_sync.base.db import Session

SYNC, MEASURE, WRITE, RENEW = "sync_source", "measure", "write_crm", "renew_grants"
# By its alias: its full name grows by a prefix with every App that a process makes.
_REMOVE_OLD_JOBS = "procrastinate.builtin_tasks.remove_old_jobs"

# Never opened, as each job travels on the connection of its caller's transaction. Not an App: the
# tasks that procrastinate brings along belong to the App made last, which may be a worker's.
_jobs = JobManager(SyncPsycopgConnector())


def defer_sync(
    session: Session, source_id: int, *, attempt: int = 0, wait: timedelta = timedelta(0)
) -> bool:
    """Queue a sync of a source; False when one is waiting already."""
    return _defer(
        session,
        SYNC,
        lock=f"source:{source_id}",
        queueing_lock=f"sync:{source_id}",
        wait=wait,
        arguments={"source_id": source_id, "attempt": attempt},
    )


def defer_write(
    session: Session, source_id: int, *, attempt: int = 0, wait: timedelta = timedelta(0)
) -> bool:
    """Queue what is to be written into a CRM; False when that is waiting already.

    A person who asks does not wait for a retry that is minutes away.
    """
    return _defer(
        session,
        WRITE,
        lock=f"write:{source_id}",
        queueing_lock=f"write:{source_id}:{'again' if attempt else 'now'}",
        wait=wait,
        arguments={"source_id": source_id, "attempt": attempt},
    )


def defer_measure(session: Session, *, attempt: int = 0, wait: timedelta = timedelta(0)) -> bool:
    """Queue steps 3 to 6; False when they are waiting already."""
    return _defer(
        session,
        MEASURE,
        lock="measure",
        queueing_lock="measure",
        wait=wait,
        arguments={"attempt": attempt},
    )


def defer_renewal(session: Session) -> bool:
    """Queue the renewal of grants that are due; False when it is waiting already."""
    return _defer(session, RENEW, lock="renew_grants", queueing_lock="renew_grants", arguments={})


def defer_removal(session: Session, *, keep: timedelta) -> bool:
    """Queue the deletion of jobs that ended longer ago than `keep`."""
    return _defer(
        session,
        _REMOVE_OLD_JOBS,
        lock="housekeeping",
        queueing_lock="housekeeping",
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
    *,
    lock: str,
    queueing_lock: str,
    arguments: dict[str, int | bool],
    wait: timedelta = timedelta(0),
) -> bool:
    try:
        # The savepoint keeps the caller's transaction usable when the queueing lock is taken.
        with session.begin_nested():
            configure_task(
                name=task,
                job_manager=_jobs,
                lock=lock,
                queueing_lock=queueing_lock,
                schedule_in={"milliseconds": wait // timedelta(milliseconds=1)} if wait else None,
                connection=session.connection().connection.driver_connection,
            ).defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True
