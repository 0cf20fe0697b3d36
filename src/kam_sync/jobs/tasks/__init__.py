"""The tasks of the queue: what they do, and when they come again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from procrastinate import App

from kam_sync.base.db import Session
from kam_sync.jobs import queue
from kam_sync.jobs.model import Job
from kam_sync.jobs.tasks.hearing import Hearing
from kam_sync.jobs.tasks.house import House
from kam_sync.jobs.tasks.pulling import Pulling
from kam_sync.jobs.tasks.reconciling import Reconciling
from kam_sync.jobs.tasks.subscribing import Subscribing
from kam_sync.jobs.tasks.telling import Telling
from kam_sync.jobs.tasks.trying import Trying, open_given_up
from kam_sync.jobs.tasks.work import Sync, Work
from kam_sync.jobs.tasks.writing import Writing
from kam_sync.notify.store import TargetStore
from kam_sync.wiring import Services

__all__ = ["Sync", "Work", "give_up", "register"]


def register(app: App, services: Services, work: Work, back_off: Sequence[timedelta]) -> None:
    """Make the tasks known to a queue under their names."""
    trying = Trying(services, back_off)
    telling = Telling(services, work.announce, work.deliver, trying)
    house = House(services, work.measure, trying)
    app.task(name=queue.SYNC, pass_context=True)(Pulling(services, work.sync, trying).sync_source)
    app.task(name=queue.READ, pass_context=True)(Hearing(services, work.hear, trying).read_hooks)
    subscribing = Subscribing(services, work.look_after, trying)
    app.task(name=queue.SUBSCRIBE, pass_context=True)(subscribing.subscribe_hooks)
    reconciling = Reconciling(services, work.compare, trying)
    app.task(name=queue.RECONCILE, pass_context=True)(reconciling.reconcile_noun)
    app.task(name=queue.WRITE, pass_context=True)(Writing(services, work.write, trying).write_crm)
    app.task(name=queue.ANNOUNCE, pass_context=True)(telling.announce)
    app.task(name=queue.DELIVER, pass_context=True)(telling.deliver)
    app.task(name=queue.MEASURE, pass_context=True)(house.measure)
    app.task(name=queue.RENEW)(house.renew_grants)
    app.task(name=queue.KEEP_HOUSE)(house.keep_house)


def give_up(session: Session, job: Job, now: datetime) -> None:
    """Tell those who run us of a job whose workers died, as often as we try."""
    step = queue.step_of(job)
    is_gone = job.target_id is not None and TargetStore(session).by_id(job.target_id) is None
    if step is not None and not is_gone:
        open_given_up(session, step, job.source_id, job.attempt + 1, now)
