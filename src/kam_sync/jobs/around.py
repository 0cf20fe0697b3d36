"""What stands around each job: its ids in all that is logged, its measures, its span."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import structlog
from procrastinate import JobContext
from procrastinate.exceptions import JobAborted
from procrastinate.worker import Worker
from structlog.contextvars import bound_contextvars

from kam_sync.base.db import Database
from kam_sync.base.errors import DatabaseTrouble
from kam_sync.base.traces import span
from kam_sync.jobs.measured import MEASURES
from kam_sync.jobs.model import Origin
from kam_sync.jobs.store import OriginStore

_log = structlog.get_logger("kam_sync.worker")

_ABOUT = ("source_id", "target_id", "channel_id")


class Around:
    """Middleware of the queue's worker; it runs in the thread of the job."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, call_next: Callable[[], Any], context: JobContext, _: Worker) -> Any:
        """Do the job."""
        job, began, outcome = context.job, perf_counter(), "failed"
        task = job.task_name.rsplit(".", 1)[-1]
        origin = self._origin(job.id)
        about = {name: job.task_kwargs[name] for name in _ABOUT if name in job.task_kwargs}
        ids = {"task": task, "job_id": job.id, **about}
        if origin.request_id:
            ids["request_id"] = origin.request_id
        MEASURES.begin(task)
        with bound_contextvars(**ids), span(f"job {task}", ids, parent=origin.trace_parent):
            try:
                done = call_next()
                outcome = "succeeded"
            except JobAborted:
                outcome = "stopped"
                raise
            finally:
                seconds = perf_counter() - began
                MEASURES.end(task, outcome, seconds)
                _log.info("job ended", outcome=outcome, seconds=round(seconds, 3))
        return done

    def _origin(self, job_id: int | None) -> Origin:
        """Who asked for it; no job fails for not knowing."""
        if job_id is None:
            return Origin()
        try:
            with self._database.transaction(fenced=False) as session:
                return OriginStore(session).of(job_id) or Origin()
        except DatabaseTrouble:
            return Origin()
