"""Who does the work until it is done: the worker that runs the tasks of the queue."""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.worker import Worker as QueueWorker

from kam_sync.jobs import tasks
from kam_sync.jobs.around import Around
from kam_sync.jobs.model import JobStatus
from kam_sync.jobs.store import QueueStore
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.worker")

SILENCE = timedelta(seconds=20)
"""A worker that has given no sign of life for so long is taken for dead."""
_TRIES_AFTER_DEATH = 5


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient a worker is."""

    silence: timedelta = SILENCE
    sweep_every: timedelta = timedelta(seconds=5)
    poll_every: timedelta = timedelta(seconds=5)
    restart_after: timedelta = timedelta(seconds=2)
    back_off: Sequence[timedelta] = (
        timedelta(seconds=30),
        timedelta(minutes=2),
        timedelta(minutes=8),
    )


class Worker:
    """Runs jobs in threads, `concurrency` at a time; a thread holds the queue's event loop."""

    def __init__(
        self,
        services: Services,
        *,
        concurrency: int = 4,
        work: tasks.Work | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._services = services
        self._concurrency = concurrency
        self._pace = pace or Pace()
        self._work = work or tasks.Work()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._serving: asyncio.Task[Any] | None = None
        self._queue_worker: QueueWorker | None = None
        self._grace = timedelta(0)
        self._is_stopping = False
        self._heard_at = monotonic()

    def start(self) -> None:
        """Begin to take jobs."""
        self._thread.start()
        self._ready.wait()

    def stop(self, grace: timedelta = timedelta(seconds=30)) -> bool:
        """Take no more jobs and wait for those that run.

        A sync that is not done within `grace` ends after its current batch and is queued again.
        False when a job goes on even so: it dies with the process and another worker repeats it.
        """
        self._grace = grace
        if self._loop is not None and not self._loop.is_closed():
            with suppress(RuntimeError):  # the loop ended between the question and the call
                self._loop.call_soon_threadsafe(self._ask_to_stop)
        self._thread.join((grace + timedelta(seconds=5)).total_seconds())
        if self._thread.is_alive():
            _log.warning("stopped waiting for a job that does not end", grace=str(grace))
        return not self._thread.is_alive()

    @property
    def is_running(self) -> bool:
        """False when its thread has ended, which nothing but a new process mends."""
        return self._thread.is_alive()

    @property
    def silence(self) -> timedelta:
        """How long ago it last got through to the queue."""
        return timedelta(seconds=monotonic() - self._heard_at)

    def _ask_to_stop(self) -> None:
        self._is_stopping = True
        if self._queue_worker is not None:
            self._queue_worker.shutdown_graceful_timeout = self._grace.total_seconds()
        if self._serving is not None:
            self._serving.cancel()

    def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._serving = asyncio.get_running_loop(), asyncio.current_task()
        threads = ThreadPoolExecutor(self._concurrency + 2, thread_name_prefix="job")
        self._loop.set_default_executor(threads)
        self._ready.set()
        sweeping = asyncio.create_task(self._sweep())
        try:
            while True:
                await self._live()
                await asyncio.sleep(self._pace.restart_after.total_seconds())
        finally:
            sweeping.cancel()

    async def _live(self) -> None:
        """One life of the queue's worker: it ends when its heartbeat or its database does."""
        seconds = self._pace.silence.total_seconds()
        connector = PsycopgConnector(
            conninfo=self._services.database.conninfo, min_size=1, max_size=4
        )
        app = App(connector=connector)
        app.job_manager = _PatientManager(connector)
        tasks.register(app, self._services, self._work, self._pace.back_off)
        try:
            async with app.open_async():
                self._queue_worker = QueueWorker(
                    app,
                    concurrency=self._concurrency,
                    fetch_job_polling_interval=self._pace.poll_every.total_seconds(),
                    shutdown_graceful_timeout=seconds,
                    install_signal_handlers=False,
                    update_heartbeat_interval=seconds / 3,
                    stalled_worker_timeout=seconds,
                    task_middleware=[Around(self._services.database)],
                )
                await self._queue_worker.run()  # type: ignore[no-untyped-call]  # theirs lacks it
            _log.warning("the worker ended by itself, it is started again")
        except Exception:  # noqa: BLE001 - recorded; whatever it was, jobs must go on
            _log.exception("the worker broke, it is started again")

    async def _sweep(self) -> None:
        """Take over from workers that died; not a job, for a stalled one could not sweep itself."""
        while True:
            await asyncio.sleep(self._pace.sweep_every.total_seconds())
            try:
                if self._is_stopping:
                    await self._give_a_sign()
                await asyncio.to_thread(self._take_back)
                self._heard_at = monotonic()
            except Exception:  # noqa: BLE001 - recorded, and swept again
                _log.exception("sweep failed")

    async def _give_a_sign(self) -> None:
        """The queue's worker ends its own heartbeat before the jobs that it still waits for."""
        worker = self._queue_worker
        if worker is not None and worker.worker_id is not None:
            await worker.app.job_manager.update_heartbeat(worker.worker_id)

    def _take_back(self) -> None:
        with self._services.database.transaction() as session:
            queue = QueueStore(session)
            followed, given_up = queue.take_back(self._pace.silence, tries=_TRIES_AFTER_DEATH)
            for job in map(queue.job, given_up):
                if job.status is JobStatus.FAILED:
                    tasks.give_up(session, job, self._services.now())
        if followed or given_up:
            _log.warning("a worker fell silent", jobs_followed=followed, jobs_given_up=given_up)


class _PatientManager(JobManager):
    """Tries again to write down how a job ended.

    The queue's worker tries once; a job whose end is not written stays "doing" and keeps its lock.
    """

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        reason = ""
        for wait in (0.2, 1, 5, 0):
            try:
                await super().finish_job(job, status, delete_job)
            except ConnectorException as error:
                reason = str(error.__cause__)
                await asyncio.sleep(wait)
            else:
                return
        # Either the database is away, or this worker was taken for dead and its job was repeated.
        _log.warning("the end of a job was not written down", job_id=job.id, reason=reason)
