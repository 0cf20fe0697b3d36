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
    is_whole: bool = False
    """Part of a walk through all that there are."""

    @property
    def ids(self) -> list[str]:
        """The ids of its records."""
        return [record.external_id for record in self.records]


def batches(pages: Iterable[Page], *, size: int = _BATCH) -> Iterator[Batch]:
    """Join pages into batches of about `size` records, for few transactions and flat memory."""
    joined: list[Page] = []
    count = 0
    for page in pages:
        if joined and joined[-1].is_whole is not page.is_whole:
            yield _join(joined)
            joined, count = [], 0
        joined.append(page)
        count += len(page.records)
        if count >= size:
            yield _join(joined)
            joined, count = [], 0
    if joined:
        yield _join(joined)


def run(
    session: Session, source_id: int, noun: Noun, batch: Batch, now: datetime, *, is_on: bool
) -> Merged:
    """Store the batch and remember how far the noun was read.

    Args:
        is_on: what was stored before it belongs to a walk through the whole list.
    """
    SourceStore(session).write_alone(source_id)
    walk = WalkStore(session, source_id, noun)
    if batch.is_whole and not is_on:
        walk.begin()
    raws, hints = RawStore(session, source_id), HintStore(session, source_id)
    merged = raws.keep(noun, batch.records, now) if batch.records else Merged()
    if merged != Merged() or not batch.records:  # what overlaps was told before
        hints.note(batch.hints, Origin.EVENT, now)
    # A list may be stale: what it has again although it is gone is asked for by id.
    again = GoneStore(session, source_id).gone_among(noun, batch.ids)
    hints.note((Hint(noun, key) for key in again), Origin.LISTED, now)
    HeldStore(session, source_id).came(noun, batch.ids, now)
    if batch.is_whole:
        walk.see(batch.ids, batch.cursor)
    elif is_on:
        walk.end()
    if batch.cursor is not None:
        raws.move_cursor(noun, batch.cursor, now)
    return merged


def _join(pages: Sequence[Page]) -> Batch:
    return Batch(
        [record for page in pages for record in page.records],
        pages[-1].cursor,
        [hint for page in pages for hint in page.hints],
        pages[-1].is_whole,
    )
