"""When work is due: every process holds the triggers, each instant is claimed in the database."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from apscheduler.executors.base import BaseExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from kam_sync import connecting, flow
from kam_sync.base.db import Database, Session
from kam_sync.base.errors import NotHere
from kam_sync.intake.model import SourceState
from kam_sync.intake.store import ConsentStore, RunStore, SourceStore, TurnStore
from kam_sync.jobs.queue import defer_removal, defer_renewal, defer_sync
from kam_sync.jobs.store import TickStore
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.timetable")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUSEKEEPING_EVERY = timedelta(hours=6)
_RENEWAL_EVERY = timedelta(hours=1)
_KEEP_JOBS = timedelta(days=7)
_KEEP_TICKS = timedelta(days=14)
_KEEP_RUNS = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A named row of instants, counted from the epoch so that all replicas compute the same."""

    name: str
    every: timedelta
    defer: Callable[[Session], object]
    """Puts the work of one instant into the queue."""
    is_wanted: Callable[[Session], bool] = lambda _session: True

    def newest(self, now: datetime) -> datetime:
        """The newest instant that is due."""
        return _EPOCH + (now - _EPOCH) // self.every * self.every


def fire(database: Database, schedule: Schedule, due_at: datetime) -> bool:
    """Claim an instant and queue its work, both or neither; False when it was not ours to fire."""
    with database.transaction() as session:
        if not schedule.is_wanted(session) or not TickStore(session).claim(schedule.name, due_at):
            return False
        schedule.defer(session)
    _log.info("tick", schedule=schedule.name, due_at=due_at.isoformat())
    return True


def sync_schedule(source_id: int, every: timedelta) -> Schedule:
    """The syncs of one source, as long as it is active."""
    return Schedule(
        f"sync:{source_id}",
        every,
        partial(defer_sync, source_id=source_id),
        partial(_is_active, source_id=source_id),
    )


class Scheduler:
    """Fires what is due, in a thread of its own; any number of processes may run one each."""

    def __init__(
        self,
        services: Services,
        every: timedelta = timedelta(minutes=15),
        *,
        refresh_every: timedelta = timedelta(seconds=30),
    ) -> None:
        self._services = services
        self._every = every
        self._refresh_every = refresh_every
        self._own = (
            Schedule("housekeeping", _HOUSEKEEPING_EVERY, partial(_keep_house, services)),
            Schedule("grants", _RENEWAL_EVERY, defer_renewal),
        )
        self._held: dict[str, Schedule] = {}
        self._executor = TickExecutor()
        self._clock = BackgroundScheduler(
            executors={"default": self._executor},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            timezone=UTC,
        )

    def start(self) -> None:
        """Fire what was missed, then what comes."""
        self.refresh()
        self._add("refresh", self._refresh_every, self.refresh)
        self._clock.start()

    def stop(self) -> None:
        """Fire nothing more; what is being fired is finished."""
        self._clock.shutdown()
        self._executor.finish()

    def refresh(self, *_instants: datetime) -> None:
        """Follow the sources that came, were paused or removed, and catch up on missed instants."""
        wanted = [sync_schedule(s.id, self._every) for s in connecting.due(self._services)]
        self._hold([*self._own, *wanted])
        for schedule in self._held.values():
            due_at = schedule.newest(self._services.now())
            with self._services.database.transaction() as session:
                last = TickStore(session).last(schedule.name)
            if last is None or last < due_at:
                fire(self._services.database, schedule, due_at)
        flow.tell_incidents(self._services)

    def _hold(self, schedules: Iterable[Schedule]) -> None:
        wanted = {schedule.name: schedule for schedule in schedules}
        for name in self._held.keys() - wanted.keys():
            self._clock.remove_job(name)
            del self._held[name]
        for name in wanted.keys() - self._held.keys():
            self._held[name] = wanted[name]
            self._add(name, wanted[name].every, partial(self._fire, name))

    def _fire(self, name: str, *instants: datetime) -> None:
        if name in self._held:
            fire(self._services.database, self._held[name], instants[-1])

    def _add(self, name: str, every: timedelta, work: Callable[..., None]) -> None:
        trigger = IntervalTrigger(seconds=every.total_seconds(), start_date=_EPOCH, timezone=UTC)
        self._clock.add_job(work, trigger, id=name)


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


def _is_active(session: Session, source_id: int) -> bool:
    with suppress(NotHere):
        return SourceStore(session).by_id(source_id).state is SourceState.ACTIVE
    return False


def _keep_house(services: Services, session: Session) -> None:
    TickStore(session).forget_before(services.now(), keep=_KEEP_TICKS)
    RunStore(session).forget_before(services.now() - _KEEP_RUNS)
    ConsentStore(session).forget_before(services.now() - _KEEP_TICKS)
    TurnStore(session).forget_before(services.now() - _KEEP_RUNS)
    defer_removal(session, keep=_KEEP_JOBS)
