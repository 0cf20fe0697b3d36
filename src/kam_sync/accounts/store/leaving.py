"""What happens to an account's history when its companies leave the CRM."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors import Noun
from kam_sync.accounts.store.linking import LinkingStore
from kam_sync.accounts.store.saving import TABLES
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
