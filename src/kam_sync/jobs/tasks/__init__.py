"""The tasks of the queue: what they do, and when they come again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from procrastinate import App

from kam_sync.base.db import Session
from kam_sync.jobs import queue
from kam_sync.jobs.model import Job
from kam_sync.jobs.tasks.hearing import Hearing
from kam_sync.jobs.tasks.house import House
from kam_sync.jobs.tasks.passing import Passing
from kam_sync.jobs.tasks.pulling import Pulling
from kam_sync.jobs.tasks.reconciling import Reconciling
from kam_sync.jobs.tasks.rematching import Rematching
from kam_sync.jobs.tasks.subscribing import Subscribing
from kam_sync.jobs.tasks.telling import Telling
from kam_sync.jobs.tasks.trying import Trying, left_to_successor, open_given_up
from kam_sync.jobs.tasks.work import Sync, Work
from kam_sync.jobs.tasks.writing import Writing
from kam_sync.notify.store import ChannelStore, TargetStore
from kam_sync.wiring import Services

__all__ = ["Sync", "Work", "give_up", "register"]


def register(app: App, services: Services, work: Work, back_off: Sequence[timedelta]) -> None:
    """Make the tasks known to a queue under their names."""
    trying = Trying(services, back_off)
    telling = Telling(services, work.announce, work.deliver, trying)
    passing = Passing(services, work.tell, trying)
    house = House(services, work.measure, trying)
    for name, task in (
        (queue.SYNC, Pulling(services, work.sync, trying).sync_source),
        (queue.READ, Hearing(services, work.hear, trying).read_hooks),
        (queue.SUBSCRIBE, Subscribing(services, work.look_after, trying).subscribe_hooks),
        (queue.RECONCILE, Reconciling(services, work.compare, trying).reconcile_noun),
        (queue.REMATCH, Rematching(services, work.rematch, trying).rematch),
        (queue.WRITE, Writing(services, work.write, trying).write_crm),
        (queue.ANNOUNCE, telling.announce),
        (queue.DELIVER, telling.deliver),
        (queue.TELL, passing.tell),
        (queue.MEASURE, house.measure),
    ):
        app.task(name=name, pass_context=True)(left_to_successor()(task))
    app.task(name=queue.RENEW)(house.renew_grants)
    app.task(name=queue.KEEP_HOUSE)(house.keep_house)


def give_up(session: Session, job: Job, now: datetime) -> None:
    """Tell those who run us of a job whose workers died, as often as we try."""
    step = queue.step_of(job)
    if step is not None and not _is_gone(session, job):
        open_given_up(session, step, job.source_id, job.attempt + 1, now)


def _is_gone(session: Session, job: Job) -> bool:
    """Whether what a job sends to was removed meanwhile."""
    if job.target_id is not None:
        return TargetStore(session).by_id(job.target_id) is None
    return job.channel_id is not None and ChannelStore(session).by_id(job.channel_id) is None
