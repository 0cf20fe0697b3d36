"""Lets a source leave that is removed: what it was one with stays, as what it is without it.

An account keeps the id of its first company. When that one goes, the others move to another account
at once, and the one they leave says which: its address, its alerts and its history lead on.
"""

from datetime import datetime

from kam_sync.accounts.match import own_account
from kam_sync.accounts.moves import Cause
from kam_sync.accounts.store import LinkingStore
from kam_sync.base.db import Session
from kam_sync.matching import people_step
from kam_sync.matching.step import BATCH, settle
from kam_sync.matching.store import (
    KeyStore,
    PairStore,
    PersonKeyStore,
    PersonPairStore,
    PersonStore,
)


def companies(session: Session, source_id: int, now: datetime, *, limit: int = BATCH) -> bool:
    """Let companies leave some accounts, and drop those that nobody stays in; False when all have.

    Whoever calls it holds `LOCK`: a company must not come into an account that is dropped.
    """
    links = LinkingStore(session)
    gone, staying = links.leave(source_id, now, limit=limit)
    PairStore(session).replace([(source_id, key) for key in gone], [])
    if staying:  # without the others they may be less common, or more
        KeyStore(session).are_due(staying)
        settle(session, list(staying), now, otherwise=Cause.REMOVAL)
    own = {own_account(source_id, key) for key in gone}
    links.drop((own | set(gone.values())) - set(staying.values()))
    return bool(gone)


def contacts(session: Session, source_id: int, *, limit: int = BATCH) -> bool:
    """Let some contacts leave the people that they are; False when all have."""
    gone, staying = PersonStore(session).leave(source_id, limit=limit)
    PersonPairStore(session).replace(gone, [])
    if staying:
        PersonKeyStore(session).are_due(staying)
        people_step.settle(session, staying)
    return bool(gone)
