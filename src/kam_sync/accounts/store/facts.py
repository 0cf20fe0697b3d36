"""Reads how many facts of each kind an account has, and of which day the newest is."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from connectors import Noun
from kam_sync.accounts.facts import FactsOf
from kam_sync.accounts.store.belonging import belongs
from kam_sync.accounts.store.fact_tables import FACTS
from kam_sync.base.db import Session

_DAY = {
    Noun.PAYMENT: "paid_on",
    Noun.SHIPMENT: "shipped_on",
    Noun.SELL_OUT: "sold_on",
    Noun.STOCK: "counted_on",
    Noun.NPS_ANSWER: "answered_on",
    Noun.PLAN: "starts_on",
    Noun.BUDGET: "starts_on",
    Noun.RECEIVABLE: "counted_on",
    Noun.RETURN: "returned_on",
    Noun.COST: "spent_on",
    Noun.CONTRACT: "starts_on",
}


class FactStore:
    """Reads facts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_account(self, account_id: UUID) -> list[FactsOf]:
        """What there is of each kind that the account has any of."""
        found = []
        for noun, (_, table) in FACTS.items():
            row: Any = table
            query = sa.select(sa.func.count(), sa.func.max(getattr(row, _DAY[noun])))
            query = query.where(~row.is_deleted, belongs(row, account_id))
            count, newest = self._session.execute(query).one()
            if count:
                day: date = newest
                found.append(FactsOf(noun.value, count, day))
        return found
