"""The timetable as people see and change it: what all doors offer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from kam_sync.base.command import command
from kam_sync.base.db import Session
from kam_sync.base.errors import Busy, NotHere
from kam_sync.intake.model import Source, SourceState
from kam_sync.intake.store import SourceStore
from kam_sync.jobs import queue, steps
from kam_sync.jobs.deadman import due_by, overdue_since
from kam_sync.jobs.defaults import default_plan
from kam_sync.jobs.model import Key, Plan, Schedule, Step, name_of
from kam_sync.jobs.store import Kept, ScheduleStore
from kam_sync.jobs.when import upcoming
from kam_sync.jobs.wish import Wish, planned

HOUSE = "house"
"""What stands for the name of a source where the house is meant."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timetable."""

    step: Step
    source: Source | None
    """None: the house."""
    plan: Plan
    schedule: Schedule | None
    """None while no scheduler has seen it yet."""
    last_due_at: datetime | None
    now: datetime

    @property
    def of(self) -> str:
        """The name of its source."""
        return HOUSE if self.source is None else self.source.name

    @property
    def is_default(self) -> bool:
        """True when nobody has set another plan."""
        return self.schedule is None or self.schedule.plan_set is None

    @property
    def is_kept(self) -> bool:
        """False when it is off, or its source is not pulled."""
        is_active = self.source is None or self.source.state is SourceState.ACTIVE
        return self.plan.is_on and is_active

    def next_ones(self, count: int) -> list[datetime]:
        """The next instants."""
        return instants(self.plan, self._name, self.now, count) if self.is_kept else []

    @property
    def next_at(self) -> datetime | None:
        """The next instant."""
        return next(iter(self.next_ones(1)), None)

    @property
    def due_by(self) -> datetime | None:
        """When it will be overdue unless it succeeds."""
        if not self.is_kept or self.schedule is None:
            return None
        return due_by(self.schedule, self.plan)

    @property
    def overdue_since(self) -> datetime | None:
        """Since when it has not succeeded, when that is too long."""
        if not self.is_kept or self.schedule is None:
            return None
        return overdue_since(self.schedule, self.plan, self.now)

    @property
    def _name(self) -> str:
        return name_of(self.step, None if self.source is None else self.source.id)


class Timetable:
    """Reads and changes the timetable, in the transaction of whoever asks."""

    def __init__(
        self, session: Session, zone: str, now: datetime, *, sync_every: timedelta | None = None
    ) -> None:
        self._session = session
        self._store = ScheduleStore(session)
        self._zone = zone
        self._now = now
        self._sync_every = sync_every

    def entries(self, of: Iterable[Source | None]) -> list[Entry]:
        """The lines of these sources; None is the house."""
        kept = {one.schedule.key: one for one in self._store.kept()}
        return [
            self._entry(step, source, kept.get(_key(step, source)))
            for source in of
            for step in steps.of(source)
        ]

    def entry(self, source: Source | None, step: str) -> Entry:
        """One line, or NotHere with the steps there are."""
        found = read_step(source, step)
        kept = self._store.kept(name=name_of(*_key(found, source)))
        return self._entry(found, source, kept[0] if kept else None)

    def wished(self, before: Entry, wish: Wish) -> Plan:
        """The plan that a wish would make, or WrongUse."""
        return planned(wish, before.plan, self._zone, self._now)

    def change(self, source: Source | None, step: str, wish: Wish, by: str) -> Entry:
        """Set another plan from now on."""
        before = self.entry(source, step)
        return self._set(before, self.wished(before, wish), by)

    def switch(self, source: Source | None, step: str, by: str, *, is_on: bool) -> Entry:
        """Switch a schedule on or off; its plan stays."""
        before = self.entry(source, step)
        if before.plan.is_on == is_on:
            return before
        return self._set(before, before.plan.model_copy(update={"is_on": is_on}), by)

    def reset(self, source: Source | None, step: str, by: str) -> Entry:
        """Go back to the default."""
        return self._set(self.entry(source, step), None, by)

    def run(self, source: Source | None, step: str) -> bool:
        """Queue the work now; False when it is waiting already."""
        key = _key(read_step(source, step), source)
        if source is not None and source.state is SourceState.PAUSED:
            raise Busy(f"source {source.name}: paused; {command(f'source resume {source.name}')}")
        if source is not None:
            SourceStore(self._session).refuse_removing(source.id)
        if source is not None and key[0] is Step.SYNC:
            return queue.defer_sync(self._session, source.id, is_asked=True)
        return steps.defer(self._session, key)

    def _set(self, before: Entry, plan: Plan | None, by: str) -> Entry:
        self._store.set(_key(before.step, before.source), plan, by, self._now)
        self._session.flush()
        self._session.expire_all()
        return self.entry(before.source, before.step)

    def _entry(self, step: Step, source: Source | None, kept: Kept | None) -> Entry:
        default = default_plan(step, self._zone, sync_every=self._sync_every)
        if kept is None:
            return Entry(step, source, default, None, None, self._now)
        plan = kept.schedule.plan(default)
        return Entry(step, source, plan, kept.schedule, kept.last_due_at, self._now)


def instants(plan: Plan, name: str, after: datetime, count: int) -> list[datetime]:
    """The next instants of a plan."""
    return list(islice(upcoming(plan, name, after), count))


def read_step(source: Source | None, text: str) -> Step:
    """A step that a source, or the house, does on schedule."""
    known = steps.of(source)
    for step in known:
        if step.value == text.strip().lower():
            return step
    whose = "the house" if source is None else "a source"
    raise NotHere(f"step {text}: {whose} has no such step; there are: {', '.join(known)}")


def _key(step: Step, source: Source | None) -> Key:
    return step, None if source is None else source.id
