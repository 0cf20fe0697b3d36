"""Reads the plans of an account, and the values that they are held against."""

from datetime import date
from decimal import Decimal
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from kam_sync.base.db import Session
from kam_sync.kpi.model import Grain
from kam_sync.kpi.plans import Plan, Values
from kam_sync.kpi.store.tables import SeriesRow

_PLANS = sa.text("""
    SELECT p.kpi, p.starts_on, p.ends_on, sum(p.target), p.currency
    FROM plan p JOIN account_link l ON l.source_id = p.source_id
        AND l.company_external_id = p.company_external_id
    WHERE l.account_id = :account_id AND NOT p.is_deleted
        AND p.starts_on <= :today AND p.ends_on >= :since
    GROUP BY p.kpi, p.starts_on, p.ends_on, p.currency HAVING sum(p.target) > 0
    ORDER BY p.ends_on DESC, p.starts_on DESC, p.kpi
""")
"""Those of several companies of one account add up."""


class PlanStore:
    """Plans of accounts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_account(self, account_id: UUID, *, today: date, since: date) -> list[Plan]:
        """Those that have begun and do not end before a day, the last to end first."""
        asked = {"account_id": account_id, "today": today, "since": since}
        return [Plan(*row) for row in self._session.execute(_PLANS, asked)]

    def values(self, account_id: UUID, kpi: str) -> list[Values]:
        """The values of a KPI of an account by unit."""
        query = (
            select(SeriesRow)
            .where(col(SeriesRow.account_id) == account_id, col(SeriesRow.kpi) == kpi)
            .where(~col(SeriesRow.of_group), col(SeriesRow.grain).in_([Grain.DAY, Grain.MONTH]))
            .order_by(col(SeriesRow.unit))
        )
        found = groupby(self._session.scalars(query), lambda row: row.unit)
        by_unit = {unit: {row.grain: _values(row) for row in rows} for unit, rows in found}
        return [
            Values(unit, grains.get(Grain.DAY, {}), grains.get(Grain.MONTH, {}))
            for unit, grains in by_unit.items()
        ]


def _values(row: SeriesRow) -> dict[date, Decimal]:
    found = dict(zip(row.ons, row.known, strict=True))
    if row.running_on is not None and row.running is not None:
        found[row.running_on] = row.running
    return found
