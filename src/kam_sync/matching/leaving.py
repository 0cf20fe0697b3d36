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
    links, keys, pairs = LinkingStore(session), KeyStore(session), PairStore(session)
    left, staying = links.leave(source_id, now, limit=limit)
    gone = [(source_id, key) for key in left]
    held = {one for one in pairs.partners(gone) if one[0] != source_id}
    pairs.replace(gone, [])
    keys.forget(gone)
    keys.are_due(held.union(staying))  # without the others they may be less common, or more
    if held or staying:  # nor does anybody hold apart any more who has left
        settle(session, [*held.union(staying)], now, otherwise=Cause.REMOVAL)
    own = {own_account(source_id, key) for key in left}
    links.drop((own | set(left.values())) - set(staying.values()))
    return bool(left)


def contacts(session: Session, source_id: int, *, limit: int = BATCH) -> bool:
    """Let some contacts leave the people that they are; False when all have."""
    keys = PersonKeyStore(session)
    gone, staying = PersonStore(session).leave(source_id, limit=limit)
    PersonPairStore(session).replace(gone, [])
    keys.forget(gone)
    if staying:
        keys.are_due(staying)
        people_step.settle(session, staying)
    return bool(gone)
