"""When work is due: every process holds the timetable, each instant is claimed in the database."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Thread
from time import monotonic

import structlog
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from kam_sync import connecting, flow
from kam_sync.base.db import Database, Session
from kam_sync.base.errors import NotHere
from kam_sync.intake.model import Source, SourceState
from kam_sync.intake.store import SourceStore, SubscriptionStore
from kam_sync.jobs import queue, steps
from kam_sync.jobs.defaults import default_plan
from kam_sync.jobs.minding import ClockMinder
from kam_sync.jobs.model import Key, Plan, Schedule, Step
from kam_sync.jobs.store import ScheduleStore, TickStore
from kam_sync.jobs.ticking import TickExecutor
from kam_sync.jobs.waking import wake
from kam_sync.jobs.watching import watch, watch_sources
from kam_sync.jobs.when import following, newest
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.timetable")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Held:
    """A schedule that a process has in its timetable, with its plan as it was read."""

    schedule: Schedule
    plan: Plan

    @property
    def name(self) -> str:
        """Its key."""
        return self.schedule.name

    def missed(self, last: datetime | None, now: datetime) -> datetime | None:
        """The newest instant that was due and was not fired, if there is one.

        A source that was just connected is synced at once, for an instant before it was made.
        """
        due_at = newest(self.plan, self.name, now)
        if due_at is None or (last is not None and last >= due_at):
            return None
        is_first_sync = last is None and self.schedule.step is Step.SYNC
        return due_at if due_at > self.schedule.made_at or is_first_sync else None


def fire(
    database: Database,
    held: Held,
    due_at: datetime,
    *,
    defer: Callable[[Session, Key], object] = steps.defer,
) -> bool:
    """Claim an instant and queue its work, both or neither; False when it was not ours to fire."""
    with database.transaction() as session:
        if not _is_wanted(session, held) or not TickStore(session).claim(held.name, due_at):
            return False
        defer(session, held.schedule.key)
    _log.info("tick", schedule=held.name, due_at=due_at.isoformat())
    return True


class _Clock(BackgroundScheduler):  # type: ignore[misc]  # apscheduler has no types
    """One that knows whether its thread lives: it says to run for as long as nobody stops it."""

    _thread: Thread | None = None

    @property
    def is_alive(self) -> bool:
        thread = self._thread
        return bool(self.running) and thread is not None and thread.is_alive()


class Scheduler:
    """Fires what is due, in a thread of its own; any number of processes may run one each."""

    def __init__(
        self,
        services: Services,
        sync_every: timedelta | None = None,
        *,
        refresh_every: timedelta = timedelta(seconds=30),
    ) -> None:
        self._services = services
        self._sync_every = sync_every
        self._refresh_every = refresh_every
        self._held: dict[str, Held] = {}
        self._read_at = monotonic()
        self._executor = TickExecutor()
        self._minding = ClockMinder(services.now, refresh_every, self._begin_anew)
        self._clock = _Clock(
            executors={"default": self._executor},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            timezone=UTC,
        )

    def start(self) -> None:
        """Fire what was missed, then what comes."""
        self.refresh()
        seconds = self._refresh_every.total_seconds()
        trigger = IntervalTrigger(seconds=seconds, start_date=_EPOCH, timezone=UTC)
        self._clock.add_job(self.refresh, trigger, id="refresh")
        self._clock.start()
        self._minding.start()

    def stop(self) -> None:
        """Fire nothing more; what is being fired is finished."""
        self._minding.stop()
        self._clock.shutdown()
        self._executor.finish()

    @property
    def is_running(self) -> bool:
        """False when its clock has ended, which nothing but a new process mends."""
        return self._clock.is_alive

    @property
    def silence(self) -> timedelta:
        """How long ago it last read the timetable."""
        return timedelta(seconds=monotonic() - self._read_at)

    def refresh(self, *_instants: datetime) -> None:
        """Follow the timetable as people and sources change it, and catch up on missed instants."""
        sources = connecting.due(self._services)
        kept = self._read(sources)
        self._hold([held for held, _ in kept])
        for held, last_due_at in kept:
            due_at = held.missed(last_due_at, self._services.now())
            if due_at is not None:
                fire(self._services.database, held, due_at)
        with self._services.database.transaction() as session:
            _look_at_hooks(session, [held for held, _ in kept])
            lines = [(held.schedule, held.plan) for held, _ in kept]
            watch(session, lines, {source.id: source.name for source in sources},
                  self._services.now())  # fmt: skip
            watch_sources(session, self._services.now())
        flow.tell_incidents(self._services)
        wake(self._services)
        self._read_at = monotonic()

    def _begin_anew(self) -> None:
        """What is next was reckoned by a clock that has been put back since: reckon again."""
        for job in self._clock.get_jobs():
            with suppress(JobLookupError):  # a source may go meanwhile
                self._clock.reschedule_job(job.id, trigger=job.trigger)

    def _read(self, sources: Sequence[Source]) -> list[tuple[Held, datetime | None]]:
        """What is switched on of the house and of these sources, with its last instant."""
        wanted = set(steps.keys(sources))
        with self._services.database.transaction() as session:
            store = ScheduleStore(session)
            store.make(wanted, self._services.now())
            kept = [one for one in store.kept() if one.schedule.key in wanted]
            held = [(self._held_of(one.schedule), one.last_due_at) for one in kept]
            held = [(one, last_due_at) for one, last_due_at in held if one.plan.is_on]
            store.see([one.name for one, _ in held], self._services.now())
            session.expunge_all()
            return held

    def _held_of(self, schedule: Schedule) -> Held:
        zone = self._services.settings.timezone
        default = default_plan(schedule.step, zone, sync_every=self._sync_every)
        return Held(schedule, schedule.plan(default))

    def _hold(self, wanted: Iterable[Held]) -> None:
        held = {one.name: one for one in wanted}
        for name, before in self._held.items():
            if name not in held or held[name].plan != before.plan:
                self._clock.remove_job(name)
        for name, one in held.items():
            if name not in self._held or self._held[name].plan != one.plan:
                trigger = PlanTrigger(one.plan, name)
                self._clock.add_job(partial(self._fire, name), trigger, id=name)
        self._held = held

    def _fire(self, name: str, *instants: datetime) -> None:
        if name in self._held:
            fire(self._services.database, self._held[name], instants[-1])


class PlanTrigger(BaseTrigger):  # type: ignore[misc]  # apscheduler has no types
    """The instants of a plan, as APScheduler asks for them."""

    def __init__(self, plan: Plan, name: str) -> None:
        self._plan = plan
        self._name = name

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """The instant after the previous one, or after now."""
        return following(self._plan, self._name, previous or now)


def _look_at_hooks(session: Session, kept: Iterable[Held]) -> None:
    """Webhooks of a source that is new, goes on or was opened anew are looked at before long."""
    of_hooks = (one.schedule for one in kept if one.schedule.step is Step.HOOKS)
    ids = [one.source_id for one in of_hooks if one.source_id is not None]
    for source_id in SubscriptionStore(session).unasked(ids):
        queue.defer_subscribing(session, source_id)


def _is_wanted(session: Session, held: Held) -> bool:
    """Whether it is still as it was read, and its source still active."""
    now = ScheduleStore(session).one(held.schedule.key)
    if now is None or now.plan_set != held.schedule.plan_set:
        return False
    if now.source_id is None:
        return True
    with suppress(NotHere):
        return SourceStore(session).by_id(now.source_id).state is SourceState.ACTIVE
    return False
