"""What accounts are worth: the money in deals that are open, and in those that were won."""

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from connectors import Outcome
from kam_sync.accounts.store.belonging import is_linked
from kam_sync.accounts.store.tables import DealRow, LinkRow
from kam_sync.base.db import Session


@dataclass(frozen=True, slots=True)
class Worth:
    """Amounts by currency; empty where there are none."""

    open: dict[str, Decimal] = field(default_factory=dict)
    won: dict[str, Decimal] = field(default_factory=dict)


class WorthStore:
    """Reads what accounts are worth."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, account_ids: Collection[UUID]) -> dict[UUID, Worth]:
        """Of each account the money in its deals, whenever they were won."""
        link: Any = LinkRow
        deal: Any = DealRow
        query = (
            sa.select(link.account_id, deal.outcome, deal.currency, sa.func.sum(deal.amount))
            .join(DealRow, is_linked(deal.source_id, deal.company_external_id))
            .where(link.account_id.in_(account_ids), ~deal.is_deleted)
            .where(deal.outcome.in_((Outcome.OPEN, Outcome.WON)))
            .where(deal.amount.is_not(None), deal.currency.is_not(None))
            .group_by(link.account_id, deal.outcome, deal.currency)
            .order_by(deal.currency)
        )
        found = {account: Worth() for account in account_ids}
        for account, outcome, currency, amount in self._session.execute(query):
            worth = found[account]
            (worth.won if outcome is Outcome.WON else worth.open)[currency] = amount
        return found
