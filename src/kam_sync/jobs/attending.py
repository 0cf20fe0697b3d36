"""What people do to alerts: done at once, told soon; with the task of what they close."""

from collections.abc import Iterator
from contextlib import contextmanager

from kam_sync import tasking
from kam_sync.alerts.acting import Acting
from kam_sync.alerts.store import AlertStore
from kam_sync.jobs import queue
from kam_sync.jobs.waking import tell_soon
from kam_sync.wiring import Services


@contextmanager
def attending(services: Services, by: str) -> Iterator[Acting]:
    """Takes what somebody does to alerts."""
    with services.database.transaction() as session:
        before = AlertStore(session).last_change()
        yield Acting(session, by, services.now())
        for source_id in tasking.follow(session, services, before):
            queue.defer_write(session, source_id)
        tell_soon(session)
