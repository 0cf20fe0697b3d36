"""How the queue bears its load, asked of its own tables: what waits, and for how long."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from kam_sync.base.db import Session

_OLDEST = sa.text("""
    SELECT now() - min(greatest(coalesce(job.scheduled_at, '-infinity'), queued.at))
    FROM procrastinate_jobs AS job
    JOIN procrastinate_events AS queued ON queued.job_id = job.id AND queued.type = 'deferred'
    WHERE job.status = 'todo' AND coalesce(job.scheduled_at, now()) <= now() AND NOT EXISTS (
        SELECT FROM procrastinate_jobs AS running
        WHERE running.status = 'doing' AND running.lock = job.lock
    )
""")
_BY_TASK = sa.text("""
    SELECT task_name AS task, status::text AS status, count(*) AS jobs
    FROM procrastinate_jobs GROUP BY task_name, status
""")


STATUSES = ("todo", "doing", "succeeded", "failed")
"""What is told of the queue; others are passed through in a moment."""


@dataclass(frozen=True, slots=True)
class Load:
    """The jobs of the last week."""

    jobs: dict[tuple[str, str], int]
    """How many there are of each task in each status."""
    oldest: timedelta
    """How long the oldest one waits that nothing but a free worker keeps from beginning."""

    @property
    def by_status(self) -> dict[str, int]:
        """How many there are in each status, of all tasks."""
        found = dict.fromkeys(STATUSES, 0)
        for (_, status), number in self.jobs.items():
            if status in found:
                found[status] += number
        return found


class LoadStore:
    """Counts the queue."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def load(self) -> Load:
        """All of it."""
        found = self._session.execute(_BY_TASK)
        return Load({(row.task, row.status): row.jobs for row in found}, self.oldest())

    def oldest(self) -> timedelta:
        """How long the oldest job waits that is due and is not behind another with its lock."""
        found: timedelta | None = self._session.scalar(_OLDEST)
        return max(found or timedelta(0), timedelta(0))
