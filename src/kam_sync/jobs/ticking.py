"""Runs what APScheduler says is due."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

from apscheduler.executors.base import BaseExecutor


class TickExecutor(BaseExecutor):  # type: ignore[misc]  # apscheduler has no types
    """Hands each job the exact instants it is run for, one job after the other in one thread."""

    def __init__(self) -> None:
        super().__init__()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="tick")

    def finish(self) -> None:
        """Wait for what was submitted.

        Not in `shutdown`, which APScheduler calls with its locks held: a refresh needs them.
        """
        self._pool.shutdown(wait=True)

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        future = self._pool.submit(job.func, *run_times)
        future.add_done_callback(partial(self._done, job.id))

    def _done(self, job_id: str, future: Future[None]) -> None:
        error = future.exception()
        if error is None:
            self._run_job_success(job_id, [])
        else:
            self._run_job_error(job_id, error, error.__traceback__)
