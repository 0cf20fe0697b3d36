"""What pages tell while there is nothing to show yet: how far the first load has come."""

from collections.abc import Sequence
from dataclasses import dataclass

from kam_sync.accounts.store import AccountStore
from kam_sync.base.db import Session, is_limited
from kam_sync.intake.model import RunState
from kam_sync.intake.store import progress_of
from kam_sync.kpi.store import KpiStore
from kam_sync.web.deps import Sources


@dataclass(frozen=True, slots=True)
class Coming:
    """A source whose records come for the first time."""

    name: str
    read: int
    """How many records were read so far."""
    is_running: bool


def coming(session: Session, sources: Sources) -> Sequence[Coming]:
    """All sources, until accounts were measured; none afterwards."""
    if is_limited(session):  # how much comes is not for who sees own accounts only
        return []
    if KpiStore(session).was_measured() and AccountStore(session).accounts(limit=1):
        return []
    return [_coming(session, source.id, source.name) for source in sources.all]


def _coming(session: Session, source_id: int, name: str) -> Coming:
    nouns = progress_of(session, source_id)
    read = sum(int(one.counts.get("read", 0)) for one in nouns)
    return Coming(name, read, any(one.state is RunState.RUNNING for one in nouns))
