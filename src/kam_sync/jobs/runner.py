"""Who does the work until it is done: the tasks of the queue and the worker that runs them."""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any, Protocol

import structlog
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException, JobAborted
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.worker import Worker as QueueWorker

from kam_sync import flow
from kam_sync.base.db import Session
from kam_sync.base.errors import Busy, NotHere
from kam_sync.intake.model import RunState, SourceState
from kam_sync.intake.store import SourceStore
from kam_sync.jobs import queue
from kam_sync.jobs.store import QueueStore, TickStore
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.worker")

SILENCE = timedelta(seconds=20)
"""A worker that has given no sign of life for so long is taken for dead."""
_TRIES_AFTER_DEATH = 5


class Sync(Protocol):
    """Does what flow.sync does."""

    def __call__(
        self, services: Services, source_id: int, /, *, watch: flow.Watch
    ) -> flow.SyncResult: ...


class Measure(Protocol):
    """Does what flow.measure does."""

    def __call__(self, services: Services, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Work:
    """What the tasks do."""

    sync: Sync = flow.sync
    measure: Measure = flow.measure


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


class Tasks:
    """The tasks of the queue.

    A task that must come again queues its own successor. The queue's own retry would put the same
    row back, which fails for ever when a job with that queueing lock has begun to wait meanwhile.
    """

    def __init__(self, services: Services, work: Work, pace: Pace) -> None:
        self._services = services
        self._work = work
        self._pace = pace

    def register(self, app: App) -> None:
        """Make them known to the queue under their names."""
        app.task(name=queue.SYNC, pass_context=True)(self.sync_source)
        app.task(name=queue.MEASURE, pass_context=True)(self.measure)

    def sync_source(self, context: JobContext, source_id: int, attempt: int = 0) -> None:
        """Sync a source; measure afterwards when that is due."""
        log = _log.bind(source_id=source_id, job_id=context.job.id, attempt=attempt)

        def watch(*_: object) -> None:
            if context.should_abort():
                raise JobAborted("the worker is stopping")

        if not self._is_wanted(source_id):
            log.info("sync left out: the source is paused or gone")
            return
        try:
            result = self._work.sync(self._services, source_id, watch=watch)
        except JobAborted:
            log.info("sync interrupted, another worker goes on")
            with self._services.database.transaction() as session:
                queue.defer_sync(session, source_id, attempt=attempt)
            raise
        except Busy as error:
            log.info("sync later", message=str(error))
            self._again_sync(source_id, attempt)
        except Exception:
            log.exception("sync failed")
            self._again_sync(source_id, attempt)
            raise
        else:
            self._after_sync(source_id, attempt, result)

    def measure(self, context: JobContext, attempt: int = 0) -> None:
        """Steps 3 to 6 for all accounts."""
        try:
            self._work.measure(self._services)
        except Exception:
            _log.exception("measure failed", job_id=context.job.id, attempt=attempt)
            if attempt < len(self._pace.back_off):
                wait = self._pace.back_off[attempt]
                with self._services.database.transaction() as session:
                    queue.defer_measure(session, attempt=attempt + 1, wait=wait)
            raise

    def _is_wanted(self, source_id: int) -> bool:
        with suppress(NotHere), self._services.database.transaction() as session:
            return SourceStore(session).by_id(source_id).state is not SourceState.PAUSED
        return False

    def _after_sync(self, source_id: int, attempt: int, result: flow.SyncResult) -> None:
        if result.state is RunState.LATER:
            self._again_sync(source_id, attempt, at_least=result.wait)
        changed = any(n.created or n.updated or n.deleted for n in result.nouns.values())
        with self._services.database.transaction() as session:
            # The hour is claimed even after a change, so that one hour is not measured twice.
            if self._claim_hour(session) or changed:
                queue.defer_measure(session)

    def _again_sync(
        self, source_id: int, attempt: int, *, at_least: timedelta | None = None
    ) -> None:
        if attempt < len(self._pace.back_off):
            with self._services.database.transaction() as session:
                wait = max(self._pace.back_off[attempt], at_least or timedelta(0))
                queue.defer_sync(session, source_id, attempt=attempt + 1, wait=wait)

    def _claim_hour(self, session: Session) -> bool:
        hour = self._services.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return TickStore(session).claim(queue.MEASURE, hour)


class Worker:
    """Runs jobs in threads, `concurrency` at a time; a thread holds the queue's event loop."""

    def __init__(
        self,
        services: Services,
        *,
        concurrency: int = 2,
        work: Work | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._services = services
        self._concurrency = concurrency
        self._pace = pace or Pace()
        self._tasks = Tasks(services, work or Work(), self._pace)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._serving: asyncio.Task[Any] | None = None
        self._queue_worker: QueueWorker | None = None
        self._grace = timedelta(0)

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

    def _ask_to_stop(self) -> None:
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
        self._tasks.register(app)
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
                await asyncio.to_thread(self._take_back)
            except Exception:  # noqa: BLE001 - recorded, and swept again
                _log.exception("sweep failed")

    def _take_back(self) -> None:
        with self._services.database.transaction() as session:
            queued, given_up = QueueStore(session).take_back(
                self._pace.silence, tries=_TRIES_AFTER_DEATH
            )
        if queued or given_up:
            _log.warning("a worker fell silent", jobs_queued=queued, jobs_given_up=given_up)


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
