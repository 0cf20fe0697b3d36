"""Step 1: stores a batch of raw records and hints and, in the same transaction, the cursor."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from connectors import ConnectorError, Cursor, Hint, Noun, Page, RawRecord
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
from kam_sync.privacy.model import Cut

_BATCH = 1000
_CLOCKS = timedelta(hours=1)
"""The CRM's clock and ours may differ by so much."""
_LONGEST_LOAD = timedelta(days=7)
"""A first load that takes longer may miss a deletion until all is read again."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Several pages, stored in one transaction, and the cursor that is true after them."""

    records: Sequence[RawRecord]
    cursor: Cursor | None
    hints: Sequence[Hint] = ()
    is_whole: bool = False
    """Part of a walk through all that there are."""
    doubtful: frozenset[str] = frozenset()
    """Records that were asked for by id while the list was read, which may show an older state."""
    cut: Mapping[str, Cut] = field(default_factory=dict)
    """Records that are not as the CRM sent them, and why."""

    def doubting(self, asked: Collection[str]) -> Self:
        """The same, and what was asked for meanwhile is doubtful."""
        return replace(self, doubtful=frozenset(self.ids).intersection(asked)) if asked else self

    @property
    def sure(self) -> Sequence[RawRecord]:
        """The records that show what the CRM has."""
        if not self.doubtful:
            return self.records
        return [one for one in self.records if one.external_id not in self.doubtful]

    @property
    def ids(self) -> list[str]:
        """The ids of its records."""
        return [record.external_id for record in self.records]


def batches(pages: Iterable[Page], *, size: int = _BATCH) -> Iterator[Batch]:
    """Join pages into batches of about `size` records, for few transactions and flat memory."""
    joined: list[Page] = []
    try:
        for page in pages:
            is_news = bool(page.hints) and not page.records  # told of nothing that stands beside it
            if joined and (is_news or joined[-1].is_whole is not page.is_whole):
                yield _taken(joined)
            joined.append(page)
            if is_news or sum(len(one.records) for one in joined) >= size:
                yield _taken(joined)
    except ConnectorError:
        if joined:  # what came before the trouble is kept, or a CRM that often fails is never read
            yield _taken(joined)
        raise
    if joined:
        yield _taken(joined)


def run(
    session: Session, source_id: int, noun: Noun, batch: Batch, now: datetime, *, is_on: bool
) -> Merged:
    """Store the batch and remember how far the noun was read.

    Args:
        is_on: what was stored before it belongs to a walk through the whole list.
    """
    sources = SourceStore(session)
    sources.write_alone(source_id)
    walk = WalkStore(session, source_id, noun)
    if batch.is_whole and not is_on:
        walk.begin()
    raws, hints = RawStore(session, source_id), HintStore(session, source_id)
    merged = raws.keep(noun, batch.sure, now, batch.cut) if batch.sure else Merged()
    if batch.hints and (merged != Merged() or not batch.sure):  # what overlaps was told before
        since = max(sources.by_id(source_id).created_at - _CLOCKS, now - _LONGEST_LOAD)
        hints.note(_since(since, batch.hints), Origin.EVENT, now)
    if batch.records:
        # A list may be stale: what it has again although it is gone is asked for by id.
        again = GoneStore(session, source_id).gone_among(noun, batch.ids) | batch.doubtful
        hints.note((Hint(noun, key) for key in again), Origin.LISTED, now)
        HeldStore(session, source_id).came(noun, batch.ids, now)
    if batch.is_whole:
        walk.see(batch.ids, batch.cursor)
    elif is_on:
        walk.end()
    if batch.cursor is not None:
        raws.move_cursor(noun, batch.cursor, now)
    return merged


def _since(first_pull: datetime, hints: Iterable[Hint]) -> Iterator[Hint]:
    """Without what had happened before the first pull: all lists were read after it."""
    return (h for h in hints if h.happened_at is None or h.happened_at >= first_pull)


def _taken(pages: list[Page]) -> Batch:
    """The pages as one batch; its reader alone holds their records then."""
    batch = Batch(
        [record for page in pages for record in page.records],
        pages[-1].cursor,
        [hint for page in pages for hint in page.hints],
        pages[-1].is_whole,
    )
    pages.clear()
    return batch
