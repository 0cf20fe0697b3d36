"""What happens to an account's history when its companies leave the CRM."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors import Noun
from kam_sync.accounts.store.linking import LinkingStore
from kam_sync.accounts.store.saving import TABLES, people_have_changed
from kam_sync.base.db import Session, is_among
from kam_sync.intake.model import Gone


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
