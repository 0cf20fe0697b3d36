"""What happens to an account's history when its companies leave the CRM."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors import Noun
from kam_sync.accounts.store.linking import LinkingStore
from kam_sync.accounts.store.saving import RECORD_TABLES, TABLES, people_have_changed
from kam_sync.base.db import Session, is_among
from kam_sync.intake.model import Gone
from kam_sync.intake.store import raws_of

_MARKED_OF = """
    SELECT '{noun}' AS noun, count(*) AS records
    FROM {table} t JOIN raw_record r USING (source_id, external_id)
    WHERE t.source_id = :source_id AND t.is_deleted AND r.noun = '{noun}' AND r.gone_at IS NULL
"""
_MARKED = sa.text(
    " UNION ALL ".join(
        _MARKED_OF.format(noun=noun.value, table=table.name)
        for noun, table in RECORD_TABLES.items()
        if "is_deleted" in table.columns
    )
)
_COUNTS: Mapping[str, Callable[[Any], sa.ColumnElement[bool]]] = {
    "is_deleted": lambda row: ~row.is_deleted,
    "is_active": lambda row: row.is_active,
    "is_archived": lambda row: ~row.is_archived,
}
"""The mark that a record is given when it is gone, and what it says of one that counts."""

_DUE = {Noun.COMPANY: "match_due", Noun.CONTACT: "person_due"}
_ARE_DUE = """
    INSERT INTO {due} SELECT source_id, external_id FROM {noun}
    WHERE source_id = :source AND external_id = ANY(:ids) ORDER BY 1, 2
    ON CONFLICT (source_id, external_id) DO UPDATE SET is_read = false
"""


def records_of(session: Session, source_id: int) -> dict[str, int]:
    """How many records of each kind are here, without those that are gone or that the CRM has
    marked as deleted; counts them, so ask seldom."""
    marked: dict[str, int] = dict(session.execute(_MARKED, {"source_id": source_id}).all())
    raws = raws_of(session, source_id)
    return {noun: number - marked.get(noun, 0) for noun, number in raws.items()}


class LeavingStore:
    """Sees records of one source off."""

    def __init__(self, session: Session, source_id: int) -> None:
        self._session = session
        self._source_id = source_id

    def see_off(self, noun: Noun, gone: Mapping[str, Gone], now: datetime) -> None:
        """Mark records as deleted, also those whose last words could not be understood."""
        row: Any = TABLES[noun][1] if noun in TABLES else None
        if not gone or not hasattr(row, "is_deleted"):
            return
        self._session.execute(
            sa.update(row)
            .where(row.source_id == self._source_id, ~row.is_deleted)
            .where(is_among(row.external_id, gone))
            .values(is_deleted=True, changed_at=now)
        )
        if noun is Noun.COMPANY:
            LinkingStore(self._session).have_changed(self._source_id, gone, now)
        if noun is Noun.CONTACT:  # perhaps the CRM has merged them into others
            people_have_changed(self._session, self._source_id, gone.keys(), now)
        merged = [key for key, why in gone.items() if why.merged_into is not None]
        if merged and noun in _DUE:  # it may be known later than the end, which changed the record
            query = sa.text(_ARE_DUE.format(due=_DUE[noun], noun=noun.value))
            self._session.execute(query, {"source": self._source_id, "ids": merged})

    def living(self, noun: Noun, external_ids: Collection[str]) -> set[str]:
        """Those of the records that are here and count; departments and reasons only ever stay."""
        row: Any = RECORD_TABLES[noun].columns
        counts = next((mark(row) for name, mark in _COUNTS.items() if name in row), None)
        if not external_ids or counts is None:
            return set()
        query = sa.select(row.external_id).where(
            row.source_id == self._source_id, counts, is_among(row.external_id, external_ids)
        )
        return set(self._session.scalars(query))

    def left(self, noun: Noun, external_ids: Sequence[str]) -> set[str]:
        """Those of the records that are marked as deleted."""
        row: Any = TABLES[noun][1] if noun in TABLES else None
        if not external_ids or not hasattr(row, "is_deleted"):
            return set()
        query = sa.select(row.external_id).where(
            row.source_id == self._source_id,
            row.is_deleted,
            is_among(row.external_id, external_ids),
        )
        return set(self._session.scalars(query))
