"""What a person asks of matching: to compare all companies and contacts anew, and how far it is."""

from kam_sync.base.db import Session
from kam_sync.jobs import queue
from kam_sync.matching.model import Rematch, RematchState
from kam_sync.matching.store import RematchStore
from kam_sync.wiring import Services


def ask(services: Services, *, by: str) -> Rematch:
    """Queue it, or return the one that waits or runs already."""
    with services.database.transaction() as session:
        store, now = RematchStore(session), services.now()
        store.alone()
        if (before := last(session)) is not None and not before.is_open:
            store.give_up(before.state, now)
        found = store.ask(by, now)
        if found.state is RematchState.WAITING:
            queue.defer_rematch(session, found.by)
        return found


def last(session: Session) -> Rematch | None:
    """The one that was asked for last; stopped where it waits no more, for its job was called off.

    So it is also where its job was given up, and it waits again when the job is queued once more.
    """
    found = RematchStore(session).last()
    is_waiting = found is not None and found.state is RematchState.WAITING
    if found is not None and is_waiting and not queue.is_rematch_queued(session):
        found.state = RematchState.STOPPED
    return found
