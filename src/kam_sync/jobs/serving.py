"""What the command line runs and the pages ask for: worker and scheduler together, the queue."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from kam_sync.base.db import Session
from kam_sync.intake.store import RunStore
from kam_sync.jobs import queue
from kam_sync.jobs.defaults import default_plan
from kam_sync.jobs.model import DARK, Step
from kam_sync.jobs.runner import SILENCE, Worker
from kam_sync.jobs.store import STATUSES, Load, LoadStore, QueueStore, ScheduleStore, TickStore
from kam_sync.jobs.tasks import Work
from kam_sync.jobs.timetable import Scheduler
from kam_sync.jobs.when import following
from kam_sync.wiring import Services

__all__ = [
    "Load", "Running", "defer_sync", "is_tried_again", "live_workers", "load", "look_at_hooks",
    "next_sync", "queue_facts", "running", "waits_for",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Running:
    """The worker and the scheduler of this process."""

    worker: Worker
    scheduler: Scheduler

    @property
    def is_broken(self) -> bool:
        """True when a thread has ended that only a new process starts again."""
        return not (self.worker.is_running and self.scheduler.is_running)


@contextmanager
def running(
    services: Services,
    *,
    every: timedelta | None = None,
    concurrency: int = 4,
    grace: timedelta = timedelta(seconds=30),
    work: Work | None = None,
) -> Iterator[Running]:
    """Work on schedule; `every` is another default for syncs; wait `grace` for running jobs."""
    worker = Worker(services, concurrency=concurrency, work=work)
    scheduler = Scheduler(services, every)
    worker.start()
    try:
        scheduler.start()
        try:
            yield Running(worker, scheduler)
        finally:
            scheduler.stop()
    finally:
        worker.stop(grace)


def defer_sync(services: Services, source_id: int) -> bool:
    """Queue a sync now, for a person who asks; False when one is waiting already."""
    with services.database.transaction() as session:
        return queue.defer_sync(session, source_id, is_asked=True)


def look_at_hooks(services: Services, source_id: int) -> bool:
    """Queue a look at the webhooks of a source; False when one is waiting already."""
    with services.database.transaction() as session:
        return queue.defer_subscribing(session, source_id)


def next_sync(
    session: Session, source_id: int, now: datetime, *, every: timedelta | None = None
) -> datetime | None:
    """When the next sync of a source begins; in the past when it waits for its turn.

    None when it is not known: no scheduler is there, or it is on no timetable.
    """
    waits = QueueStore(session).waiting_until(queue.waiting_syncs(source_id))
    kept = ScheduleStore(session).one((Step.SYNC, source_id))
    if waits is not None or kept is None or kept.seen_at < now - DARK:
        return waits
    plan = kept.plan(default_plan(Step.SYNC, "UTC", sync_every=every))
    return following(plan, kept.name, now) if plan.is_on else None


def is_tried_again(session: Session, source_id: int) -> bool:
    """Whether another sync of a source waits or runs already."""
    locks = (*queue.waiting_syncs(source_id), queue.waiting_full(source_id))
    is_queued = QueueStore(session).waiting_until(locks) is not None
    return is_queued or RunStore(session).is_running(source_id)


def load(session: Session) -> Load:
    """How the queue bears its load."""
    return LoadStore(session).load()


def waits_for(session: Session) -> timedelta:
    """How long the oldest job waits that nothing but a free worker keeps from beginning."""
    return LoadStore(session).oldest()


def live_workers(session: Session) -> int:
    """How many workers of all processes give signs of life."""
    return QueueStore(session).live_workers(SILENCE)


def queue_facts(services: Services) -> dict[str, int | str | None]:
    """Jobs by status, workers that are alive, and the newest instant that was fired."""
    with services.database.transaction() as session:
        counts, workers = QueueStore(session).counts(), live_workers(session)
        last = TickStore(session).last()
    jobs = {status: counts.get(status, 0) for status in STATUSES}
    return {**jobs, "workers": workers, "last_tick": last.isoformat() if last else None}
