"""What people do to alerts: done at once, told soon."""

from collections.abc import Iterator
from contextlib import contextmanager

from kam_sync.alerts.acting import Acting
from kam_sync.jobs.waking import tell_soon
from kam_sync.wiring import Services


@contextmanager
def attending(services: Services, by: str) -> Iterator[Acting]:
    """Takes what somebody does to alerts."""
    with services.database.transaction() as session:
        yield Acting(session, by, services.now())
        tell_soon(session)
