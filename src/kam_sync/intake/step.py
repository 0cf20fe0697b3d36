"""Step 1: stores a batch of raw records and hints and, in the same transaction, the cursor."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors import Cursor, Hint, Noun, Page, RawRecord
from kam_sync.base.db import Merged, Session
from kam_sync.intake.model import Origin
from kam_sync.intake.store import (
    GoneStore,
    HeldStore,
    HintStore,
    RawStore,
    SourceStore,
    WalkStore,
)

_BATCH = 1500


@dataclass(frozen=True, slots=True)
class Batch:
    """Several pages, stored in one transaction, and the cursor that is true after them."""

    records: Sequence[RawRecord]
    cursor: Cursor | None
    hints: Sequence[Hint] = ()

    @property
    def ids(self) -> list[str]:
        """The ids of its records."""
        return [record.external_id for record in self.records]


def batches(pages: Iterable[Page], *, size: int = _BATCH) -> Iterator[Batch]:
    """Join pages into batches of about `size` records, for few transactions and flat memory."""
    records: list[RawRecord] = []
    hints: list[Hint] = []
    cursor: Cursor | None = None
    pending = False
    for page in pages:
        records.extend(page.records)
        hints.extend(page.hints)
        cursor, pending = page.cursor, True
        if len(records) >= size:
            yield Batch(records, cursor, hints)
            records, hints, pending = [], [], False
    if pending:
        yield Batch(records, cursor, hints)


def run(
    session: Session, source_id: int, noun: Noun, batch: Batch, now: datetime, *, is_walk: bool
) -> Merged:
    """Store the batch and remember how far the noun was read.

    Args:
        is_walk: the batch belongs to a walk through the whole list, at whose end the absent are
            asked for.
    """
    SourceStore(session).write_alone(source_id)
    raws, hints = RawStore(session, source_id), HintStore(session, source_id)
    merged = raws.keep(noun, batch.records, now) if batch.records else Merged()
    hints.note(batch.hints, Origin.EVENT, now)
    # A list may be stale: what it has again although it is gone is asked for by id.
    again = GoneStore(session, source_id).gone_among(noun, batch.ids)
    hints.note((Hint(noun, key) for key in again), Origin.LISTED, now)
    HeldStore(session, source_id).came(noun, batch.ids, now)
    if is_walk:
        WalkStore(session, source_id, noun).see(batch.ids, batch.cursor)
    if batch.cursor is not None:
        raws.move_cursor(noun, batch.cursor, now)
    return merged
