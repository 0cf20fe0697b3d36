"""Webhooks that a person wants to be read once more."""

from dataclasses import dataclass
from datetime import datetime

from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse
from kam_sync.intake.inbox import HookState
from kam_sync.intake.store import InboxStore
from kam_sync.jobs.queue import defer_replay


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which webhooks: by id, or those of a source in a state since a moment."""

    ids: tuple[int, ...] = ()
    source_id: int | None = None
    state: HookState | None = None
    since: datetime | None = None


def replay(session: Session, wanted: Wanted) -> int:
    """Put them back to be read, with the job that does it; how many there were.

    What they name is fetched whatever we have of it.
    """
    if wanted.state is HookState.NEW:
        raise WrongUse("state new: these are still to be read for the first time")
    inbox = InboxStore(session)
    found = inbox.replay(
        ids=wanted.ids,
        source_id=wanted.source_id,
        states={wanted.state} if wanted.state else set(HookState) - {HookState.NEW},
        since=wanted.since,
    )
    inbox.enter(found)  # a reading that is about to begin waits until they can be seen
    for source_id in found:
        defer_replay(session, source_id)
    return sum(found.values())
