"""What we ask of the queue's own tables."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.jobs.model import Job, JobStatus

_STALLED = sa.text("""
    SELECT job.id, job.attempts, job.abort_requested AS is_cancelled
    FROM procrastinate_jobs AS job
    LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
      AND (worker.id IS NULL OR worker.last_heartbeat < now() - :silence)
    ORDER BY job.id
    FOR UPDATE OF job SKIP LOCKED
""")
_SUCCEED = sa.text("""
    INSERT INTO procrastinate_jobs
        (queue_name, task_name, priority, lock, queueing_lock, args, attempts)
    SELECT queue_name, task_name,
        CASE status WHEN 'doing' THEN priority ELSE greatest(priority, 10) END, lock, queueing_lock,
        CASE WHEN status <> 'doing' AND args ? 'attempt' THEN args || '{"attempt": 0}'
            ELSE args END,
        CASE status WHEN 'doing' THEN attempts + 1 ELSE 0 END
    FROM procrastinate_jobs WHERE id = :id
    RETURNING id
""")
_SAME_ORIGIN = sa.text("""
    INSERT INTO job_origin (job_id, request_id, trace_parent)
    SELECT :queued, request_id, trace_parent FROM job_origin WHERE job_id = :id
""")
_END = sa.text("SELECT procrastinate_finish_job_v1(:id, :status, false)")
_CANCEL = sa.text("SELECT procrastinate_cancel_job_v1(:id, true, false)")
_JOBS = """
    SELECT job.id, job.task_name AS task, job.status::text AS status, job.priority,
        (job.args ->> 'source_id')::int AS source_id,
        (job.args ->> 'target_id')::int AS target_id,
        (job.args ->> 'channel_id')::int AS channel_id,
        coalesce((job.args ->> 'full')::boolean, false) AS is_full,
        coalesce((job.args ->> 'attempt')::int, 0) + job.attempts
            - (job.status NOT IN ('todo', 'doing', 'cancelled'))::int AS attempt,
        job.abort_requested AND job.status = 'doing' AS is_stopping,
        job.scheduled_at AS due_at, seen.queued_at, seen.started_at, seen.ended_at
    FROM procrastinate_jobs AS job
    CROSS JOIN LATERAL (
        SELECT min(at) FILTER (WHERE type = 'deferred') AS queued_at,
            max(at) FILTER (WHERE type = 'started') AS started_at,
            max(at) FILTER (WHERE type IN ('failed', 'succeeded', 'cancelled', 'aborted'))
                AS ended_at
        FROM procrastinate_events WHERE job_id = job.id
    ) AS seen
    WHERE (CAST(:status AS text) IS NULL OR job.status::text = :status)
        AND (CAST(:source_id AS int) IS NULL OR (job.args ->> 'source_id')::int = :source_id)
        AND job.id < coalesce(:before, 9223372036854775807)
    ORDER BY job.id DESC LIMIT :limit
"""
_IS_WAITING = sa.text("""
    SELECT EXISTS (
        SELECT FROM procrastinate_jobs WHERE queueing_lock = :lock AND status = 'todo'
    )
""")
_LOWEST = sa.text("""
    SELECT min(priority) FROM procrastinate_jobs
    WHERE lock = :lock AND status = 'todo' AND coalesce(scheduled_at, now()) <= now()
        AND EXISTS (
            SELECT FROM procrastinate_jobs
            WHERE lock = :lock AND status = 'doing' AND task_name = :running
        )
""")
_COUNTS = sa.text(
    "SELECT status::text AS status, count(*) AS jobs FROM procrastinate_jobs GROUP BY status"
)
_WORKERS = sa.text(
    "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat >= now() - :silence"
)


_WAITING = sa.text("""
    SELECT min(CASE WHEN status = 'doing' THEN now() ELSE coalesce(scheduled_at, now()) END)
    FROM procrastinate_jobs WHERE queueing_lock = ANY(:locks) AND status IN ('todo', 'doing')
""")


class QueueStore:
    """Looks at the queue across all workers; its tables and functions are procrastinate's."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take_back(self, silence: timedelta, *, tries: int) -> tuple[list[int], list[int]]:
        """Give the jobs of silent workers to successors; return the ids followed and given up.

        The successor is a job of its own: a worker that was only frozen wakes up to end its own
        job, never that of its successor. A job is given up when it has been tried often enough,
        was cancelled, or when another one like it is waiting already; only the first is a failure.
        The row locks let any number of sweepers, and a worker that wakes up, work at once.
        """
        followed, given_up = [], []
        stalled = self._session.execute(_STALLED, {"silence": silence}).all()
        for job_id, attempts, is_cancelled in stalled:
            is_tried = attempts + 1 >= tries and not is_cancelled
            if not is_cancelled and not is_tried and self.again(job_id) is not None:
                followed.append(job_id)
            else:
                given_up.append(job_id)
            status = JobStatus.FAILED if is_tried else JobStatus.STOPPED
            self._session.execute(_END, {"id": job_id, "status": status})
        return followed, given_up

    def jobs(
        self,
        *,
        status: JobStatus | None = None,
        source_id: int | None = None,
        before: int | None = None,
        limit: int,
    ) -> list[Job]:
        """Jobs, newest first: those in a status, of a source, before an id."""
        wanted = {"status": status, "source_id": source_id, "before": before, "limit": limit}
        found = self._session.execute(sa.text(_JOBS), wanted).mappings()
        return [Job(**{**row, "status": JobStatus(row["status"])}) for row in found]

    def job(self, job_id: int) -> Job:
        """One job, or NotHere."""
        found = self.jobs(before=job_id + 1, limit=1)
        if not found or found[0].id != job_id:
            raise NotHere(f"job {job_id}: no such job; jobs are forgotten a week after their end")
        return found[0]

    def cancel(self, job_id: int) -> bool:
        """Call off a job that waits, and ask a running one to stop; False when it has ended."""
        return self._session.scalar(_CANCEL, {"id": job_id}) is not None

    def again(self, job_id: int) -> int | None:
        """Queue a job once more; the new one's id, or None when one like it is waiting already.

        Of a job that runs the tries are counted on, after one that has ended they begin anew.
        """
        try:
            with self._session.begin_nested():
                queued: int = self._session.execute(_SUCCEED, {"id": job_id}).scalar_one()
                self._session.execute(_SAME_ORIGIN, {"id": job_id, "queued": queued})
                return queued
        except IntegrityError:  # the queueing lock is held by a job that waits
            return None

    def is_waiting(self, queueing_lock: str) -> bool:
        """Whether a job with that queueing lock waits to be done."""
        return self._session.scalar(_IS_WAITING, {"lock": queueing_lock}) is True

    def lowest_waiting(self, lock: str, *, running: str) -> int | None:
        """The lowest priority of those that are due with a lock, while a task of that name runs."""
        found: int | None = self._session.scalar(_LOWEST, {"lock": lock, "running": running})
        return found

    def counts(self) -> dict[str, int]:
        """How many jobs there are in each status that occurs."""
        return {row.status: row.jobs for row in self._session.execute(_COUNTS)}

    def waiting_until(self, queueing_locks: Sequence[str]) -> datetime | None:
        """When the first job with one of these may begin, or has begun; None when there is none."""
        found: datetime | None = self._session.scalar(_WAITING, {"locks": list(queueing_locks)})
        return found

    def live_workers(self, silence: timedelta) -> int:
        """How many workers have given a sign of life within `silence`."""
        found: int = self._session.execute(_WORKERS, {"silence": silence}).scalar_one()
        return found
