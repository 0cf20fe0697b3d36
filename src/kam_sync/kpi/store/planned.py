"""Reads the plans of an account, and the values that they are held against."""

from datetime import date
from decimal import Decimal
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from kam_sync.base.db import Session
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.plans import Plan, Values
from kam_sync.kpi.rates import BASE, LASTS_DAYS
from kam_sync.kpi.store.tables import SeriesRow

_WORTH = """
    CASE WHEN {of} = :base THEN 1 ELSE (
        SELECT r.rate FROM exchange_rate r WHERE r.currency = {of}
            AND r."on" BETWEEN p.starts_on - CAST(:lasts_days AS int) AND p.starts_on
        ORDER BY r."on" DESC LIMIT 1) END
"""
_PLANS = """
    SELECT p.kpi, p.starts_on, p.ends_on, sum(p.target * coalesce(x.rate, 1)),
        CASE WHEN x.rate IS NULL THEN p.currency ELSE :currency END
    FROM plan p JOIN account_link l ON l.source_id = p.source_id
        AND l.company_external_id = p.company_external_id
    CROSS JOIN LATERAL (SELECT ({own}) / ({target}) AS rate) x
    WHERE l.account_id = :account_id AND NOT p.is_deleted
        AND p.starts_on <= :today AND p.ends_on >= :since
    GROUP BY 1, 2, 3, 5 HAVING sum(p.target) > 0
    ORDER BY 3 DESC, 2 DESC, 1
"""
"""Those of several companies of one account add up."""


class PlanStore:
    """Plans of accounts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_account(
        self, account_id: UUID, *, today: date, since: date, currency: str = ""
    ) -> list[Plan]:
        """Those that have begun and do not end before a day, the last to end first.

        Args:
            currency: money is converted to it as that of KPIs is; empty for not at all.
        """
        asked = {
            "account_id": account_id, "today": today, "since": since,
            "currency": currency, "base": BASE, "lasts_days": LASTS_DAYS,
        }  # fmt: skip
        worth = {"own": _WORTH.format(of="p.currency"), "target": _WORTH.format(of=":currency")}
        query = sa.text(_PLANS.format(**worth))
        return [Plan(*row) for row in self._session.execute(query, asked)]

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
