"""What a person says of which source is believed: kept at once, followed with the next matching."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from kam_sync.accounts import believing
from kam_sync.jobs import queue
from kam_sync.matching.step import LOCK
from kam_sync.wiring import Services

_PATIENCE = timedelta(seconds=20)


def choose(services: Services, wanted: Mapping[str, Sequence[int]], *, by: str) -> list[str]:
    """Set the sources of fields; returns the fields for which that is new.

    Raises:
        WrongUse: there is no such field, or a source is named twice.
        Busy: companies are being matched, and it takes long.
    """
    database = services.database
    with database.alone(LOCK, wait=_PATIENCE), database.transaction() as session:
        changed = believing.choose(session, wanted, by=by, now=services.now())
        if changed:
            queue.defer_measure(session)
        return changed
