"""The ticks that were fired, and what we ask of the queue's own tables."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col

from kam_sync.base.db import Session
from kam_sync.base.fields import moment

_STALLED = sa.text("""
    SELECT job.id, job.attempts
    FROM procrastinate_jobs AS job
    LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
      AND (worker.id IS NULL OR worker.last_heartbeat < now() - :silence)
    ORDER BY job.id
    FOR UPDATE OF job SKIP LOCKED
""")
_RETRY = sa.text("SELECT procrastinate_retry_job_v2(:id, now(), NULL, NULL, NULL)")
_FAIL = sa.text("SELECT procrastinate_finish_job_v1(:id, 'failed', false)")
_COUNTS = sa.text(
    "SELECT status::text AS status, count(*) AS jobs FROM procrastinate_jobs GROUP BY status"
)
_WORKERS = sa.text(
    "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat >= now() - :silence"
)


class TickRow(SQLModel, table=True):
    """An instant of a schedule that has taken effect."""

    __tablename__ = "tick"

    schedule: str = Field(primary_key=True)
    due_at: datetime = moment(primary_key=True)


class TickStore:
    """Remembers ticks."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(self, schedule: str, due_at: datetime) -> bool:
        """True for the one caller who is first to fire this instant of the schedule."""
        statement = insert(TickRow).values(schedule=schedule, due_at=due_at)
        claimed = self._session.scalar(
            statement.on_conflict_do_nothing().returning(col(TickRow.due_at))
        )
        return claimed is not None

    def last(self, schedule: str | None = None) -> datetime | None:
        """The newest instant that was fired, of one schedule or of all."""
        query = sa.select(sa.func.max(TickRow.due_at))
        if schedule is not None:
            query = query.where(col(TickRow.schedule) == schedule)
        return self._session.scalar(query)

    def forget_before(self, moment: datetime, *, keep: timedelta) -> None:
        """Drop ticks older than `keep`; the newest of each schedule stays for the catch-up."""
        newest = sa.select(sa.func.max(TickRow.due_at)).group_by(col(TickRow.schedule))
        self._session.execute(
            sa.delete(TickRow).where(
                col(TickRow.due_at) < moment - keep, col(TickRow.due_at).not_in(newest)
            )
        )


class QueueStore:
    """Looks at the queue across all workers; its tables and functions are procrastinate's."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take_back(self, silence: timedelta, *, tries: int) -> tuple[list[int], list[int]]:
        """Queue the jobs of silent workers again; return the ids queued and those given up.

        A job is given up when it has been tried often enough, or when its successor is waiting
        already. The row locks let any number of sweepers, and a worker that wakes up, work at once.
        """
        queued, given_up = [], []
        for job_id, attempts in self._session.execute(_STALLED, {"silence": silence}).all():
            if attempts + 1 < tries and self._retry(job_id):
                queued.append(job_id)
            else:
                self._session.execute(_FAIL, {"id": job_id})
                given_up.append(job_id)
        return queued, given_up

    def counts(self) -> dict[str, int]:
        """How many jobs there are in each status that occurs."""
        return {row.status: row.jobs for row in self._session.execute(_COUNTS)}

    def live_workers(self, silence: timedelta) -> int:
        """How many workers have given a sign of life within `silence`."""
        found: int = self._session.execute(_WORKERS, {"silence": silence}).scalar_one()
        return found

    def _retry(self, job_id: int) -> bool:
        try:
            with self._session.begin_nested():
                self._session.execute(_RETRY, {"id": job_id})
        except IntegrityError:  # the queueing lock is held by a job that waits
            return False
        return True
