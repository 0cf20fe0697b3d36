"""What a person asks of matching: to compare all companies and contacts anew."""

from kam_sync.jobs import queue
from kam_sync.matching.model import Rematch, RematchState
from kam_sync.matching.store import RematchStore
from kam_sync.wiring import Services


def ask(services: Services, *, by: str) -> Rematch:
    """Queue it, or return the one that waits or runs already."""
    with services.database.transaction() as session:
        found = RematchStore(session).ask(by, services.now())
        if found.state is RematchState.WAITING:
            queue.defer_rematch(session, found.by)
        return found
