"""What it would mean to lose some records: who they are, and the money in their open deals."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from connectors import Noun, Outcome
from kam_sync.accounts.store.saving import TABLES
from kam_sync.accounts.store.tables import DealRow, PipelineRow
from kam_sync.base.db import Session, is_among

_SAMPLE = 5


@dataclass(frozen=True, slots=True)
class Outlook:
    """Some of the records by id with their names, and open amounts by currency."""

    sample: dict[str, str]
    open_amounts: dict[str, Decimal]


_NAMES = ("name", "text", "number", "product", "kpi", "comment")
"""What people know a record by: the first of these that its kind has, else its id."""


class OutlookStore:
    """Looks at records of one source that may be lost."""

    def __init__(self, session: Session, source_id: int) -> None:
        self._session = session
        self._source_id = source_id

    def of(self, noun: Noun, external_ids: Sequence[str]) -> Outlook:
        """What these records are."""
        return Outlook(
            self._names(noun, external_ids[:_SAMPLE]), self._open_amounts(noun, external_ids)
        )

    def _names(self, noun: Noun, external_ids: Sequence[str]) -> dict[str, str]:
        row: Any = PipelineRow if noun is Noun.PIPELINE else TABLES[noun][1]
        name = next((getattr(row, n) for n in _NAMES if hasattr(row, n)), row.external_id)
        found = self._session.execute(
            sa.select(row.external_id, sa.func.coalesce(name, ""))
            .where(row.source_id == self._source_id, is_among(row.external_id, external_ids))
            .order_by(row.external_id)
        )
        return dict(found.all())

    def _open_amounts(self, noun: Noun, external_ids: Sequence[str]) -> dict[str, Decimal]:
        deal: Any = DealRow
        keys = {Noun.DEAL: deal.external_id, Noun.COMPANY: deal.company_external_id}
        if noun not in keys:
            return {}
        found = self._session.execute(
            sa.select(deal.currency, sa.func.sum(deal.amount))
            .where(deal.source_id == self._source_id, is_among(keys[noun], external_ids))
            .where(~deal.is_deleted, deal.outcome == Outcome.OPEN, deal.amount.is_not(None))
            .group_by(deal.currency)
            .order_by(deal.currency)
        )
        return dict(found.all())
