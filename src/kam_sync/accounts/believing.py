"""Takes what a person says of which source is believed, and lets accounts follow it in pieces."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from kam_sync.accounts.merge import FIELDS
from kam_sync.accounts.store import LinkingStore, WinnerStore
from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse

BATCH = 2_000


def choose(
    session: Session, wanted: Mapping[str, Sequence[int]], *, by: str, now: datetime
) -> list[str]:
    """Set the sources of fields, the first one first; returns the fields for which that is new.

    Fields that are not named stay as they are; a field without sources goes by its default.

    Raises:
        WrongUse: there is no such field, or a source is named twice.
    """
    for field, source_ids in wanted.items():
        if field not in FIELDS:
            raise WrongUse(f"field {field}: no such field; there are: {', '.join(FIELDS)}")
        if len(set(source_ids)) < len(source_ids):
            raise WrongUse(f"field {field}: a source is named twice")
    store = WinnerStore(session)
    changed = [field for field, ids in wanted.items() if store.choose(field, ids, by=by, now=now)]
    if changed:
        store.merged_are_due()
    return changed


def follow(session: Session, now: datetime) -> bool:
    """Write the next accounts anew that wait for it; False when there are no more."""
    return LinkingStore(session).renew_due(limit=BATCH, now=now) > 0
