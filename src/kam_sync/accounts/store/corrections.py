"""Reads what facts were before they were corrected; triggers of their tables write it."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from kam_sync.accounts.facts import Correction
from kam_sync.accounts.store.belonging import is_correction_of
from kam_sync.accounts.store.fact_tables import CorrectionRow
from kam_sync.base.db import Session


class CorrectionStore:
    """Reads corrections, the latest first; `before` is the id of one."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_fact(
        self,
        source_id: int,
        noun: str,
        external_id: str,
        *,
        before: int | None = None,
        limit: int,
    ) -> list[Correction]:
        """What one fact was."""
        row: Any = CorrectionRow
        is_it = (row.source_id == source_id, row.noun == noun, row.external_id == external_id)
        return self._latest(sa.and_(*is_it), before, limit)

    def of_account(
        self, account_id: UUID, *, before: int | None = None, limit: int
    ) -> list[Correction]:
        """What the facts of an account were: those that were its own until they were changed."""
        return self._latest(is_correction_of(account_id), before, limit)

    def count(self, account_id: UUID) -> int:
        """How often facts of an account were corrected."""
        query = sa.select(sa.func.count()).select_from(CorrectionRow)
        return self._session.scalar(query.where(is_correction_of(account_id))) or 0

    def _latest(self, which: Any, before: int | None, limit: int) -> list[Correction]:
        query = select(CorrectionRow).where(which).order_by(col(CorrectionRow.id).desc())
        if before is not None:
            query = query.where(col(CorrectionRow.id) < before)
        return list(self._session.scalars(query.limit(limit)))
