"""Step 1: stores a batch of raw records and then, in the same transaction, moves the cursor."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors import Cursor, Noun, Page, RawRecord
from kam_sync.base.db import Merged, Session
from kam_sync.intake.store import RawStore, SourceStore

_BATCH = 1500


@dataclass(frozen=True, slots=True)
class Batch:
    """Several pages, stored in one transaction, and the cursor that is true after them."""

    records: Sequence[RawRecord]
    cursor: Cursor | None


def batches(pages: Iterable[Page], *, size: int = _BATCH) -> Iterator[Batch]:
    """Join pages into batches of about `size` records, for few transactions and flat memory."""
    records: list[RawRecord] = []
    cursor: Cursor | None = None
    pending = False
    for page in pages:
        records.extend(page.records)
        cursor, pending = page.cursor, True
        if len(records) >= size:
            yield Batch(records, cursor)
            records, pending = [], False
    if pending:
        yield Batch(records, cursor)


def run(session: Session, source_id: int, noun: Noun, batch: Batch, now: datetime) -> Merged:
    """Store the batch and remember how far the noun was read."""
    SourceStore(session).write_alone(source_id)
    store = RawStore(session, source_id)
    merged = store.keep(noun, batch.records, now) if batch.records else Merged()
    if batch.cursor is not None:
        store.move_cursor(noun, batch.cursor, now)
    return merged
