"""Reads what open alerts come to by account, and what opened or was over lately."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import select

from kam_sync.alerts.life import State
from kam_sync.alerts.model import Alert
from kam_sync.alerts.store.alerts import KNOWN, AlertRow, was_told
from kam_sync.base.db import Session


class StakeStore:
    """Adds up alerts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open_by_account(self) -> list[tuple[UUID, str, int, Decimal]]:
        """Account, currency of the money at risk, how many are open, and how much is at risk.

        At risk is what the largest says, for all may mean the same money.
        """
        row: Any = AlertRow
        money = sa.func.max(row.at_risk).filter(row.inhibited_by.is_(None))
        query = sa.select(
            row.account_id, row.at_risk_currency, sa.func.count(), sa.func.coalesce(money, 0)
        )
        query = query.where(row.state.in_(KNOWN))
        found = self._session.execute(query.group_by(row.account_id, row.at_risk_currency))
        return [(key, currency, count, at_risk) for key, currency, count, at_risk in found]

    def counts(self) -> Counter[UUID]:
        """How many alerts are open, by account."""
        found: Counter[UUID] = Counter()
        for account_id, _, count, _ in self.open_by_account():
            found[account_id] += count
        return found

    def by_severity(self) -> dict[str, int]:
        """How many alerts people know of and are open, by severity."""
        row: Any = AlertRow
        query = sa.select(row.severity, sa.func.count()).where(row.state.in_(KNOWN))
        found = self._session.execute(query.group_by(row.severity))
        return {severity.value: count for severity, count in found}

    def opened(self, since: datetime, limit: int) -> Sequence[Alert]:
        """What opened and is open, the gravest first; what another one tells of is left out."""
        row: Any = AlertRow
        query = select(AlertRow).where(
            row.opened_at >= since, row.state.in_(KNOWN), row.inhibited_by.is_(None)
        )
        return self._session.scalars(query.order_by(row.rank.desc(), row.id).limit(limit)).all()

    def over(self, since: datetime, limit: int) -> Sequence[Alert]:
        """What was over since, where people knew of it; the gravest first."""
        row: Any = AlertRow
        query = select(AlertRow).where(
            row.resolved_at >= since,
            row.state == State.RESOLVED,
            was_told(),
            row.inhibited_by.is_(None),
        )
        return self._session.scalars(query.order_by(row.rank.desc(), row.id).limit(limit)).all()
