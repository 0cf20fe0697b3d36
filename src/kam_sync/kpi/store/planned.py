"""Reads the plans of an account, and the values that they are held against."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any
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
    SELECT {account} p.kpi, p.starts_on, p.ends_on, sum(p.target * coalesce(x.rate, 1)),
        CASE WHEN x.rate IS NULL THEN p.currency ELSE :currency END
    FROM plan p JOIN account_link l ON l.source_id = p.source_id
        AND l.company_external_id = p.company_external_id
    CROSS JOIN LATERAL (SELECT ({own}) / ({target}) AS rate) x
    WHERE {which} AND NOT p.is_deleted
        AND p.starts_on <= :today AND p.ends_on >= :since
    GROUP BY {account} p.kpi, p.starts_on, p.ends_on,
        CASE WHEN x.rate IS NULL THEN p.currency ELSE :currency END
    HAVING sum(p.target) > 0
    ORDER BY p.ends_on DESC, p.starts_on DESC, p.kpi
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
        asked = {"account_id": account_id, "since": since, **_asked(today, currency)}
        query = _plans("", "l.account_id = :account_id")
        return [Plan(*row) for row in self._session.execute(query, asked)]

    def running(self, kpi: str, today: date, *, currency: str = "") -> dict[UUID, list[Plan]]:
        """The plans of a KPI that run on a day, by account, the last to end first."""
        asked = {"kpi": kpi, "since": today, **_asked(today, currency)}
        found: dict[UUID, list[Plan]] = defaultdict(list)
        for account_id, *row in self._session.execute(
            _plans("l.account_id,", "p.kpi = :kpi"), asked
        ):
            found[account_id].append(Plan(*row))
        return found

    def values(self, account_id: UUID, kpi: str) -> list[Values]:
        """The values of a KPI of an account by unit."""
        return self.values_of([account_id], kpi).get(account_id, [])

    def values_of(self, account_ids: Collection[UUID], kpi: str) -> dict[UUID, list[Values]]:
        """The values of a KPI of some accounts, by account and unit."""
        query = (
            select(SeriesRow)
            .where(col(SeriesRow.account_id).in_(account_ids), col(SeriesRow.kpi) == kpi)
            .where(~col(SeriesRow.of_group), col(SeriesRow.grain).in_([Grain.DAY, Grain.MONTH]))
            .order_by(col(SeriesRow.account_id), col(SeriesRow.unit))
        )
        found: dict[UUID, list[Values]] = defaultdict(list)
        rows = self._session.scalars(query)
        for (account_id, unit), of_unit in groupby(rows, lambda row: (row.account_id, row.unit)):
            grains = {row.grain: _values(row) for row in of_unit}
            values = Values(unit, grains.get(Grain.DAY, {}), grains.get(Grain.MONTH, {}))
            found[account_id].append(values)
        return found


def _plans(account: str, which: str) -> sa.TextClause:
    worth = {"own": _WORTH.format(of="p.currency"), "target": _WORTH.format(of=":currency")}
    return sa.text(_PLANS.format(account=account, which=which, **worth))


def _asked(today: date, currency: str) -> dict[str, Any]:
    return {"today": today, "currency": currency, "base": BASE, "lasts_days": LASTS_DAYS}


def _values(row: SeriesRow) -> dict[date, Decimal]:
    found = dict(zip(row.ons, row.known, strict=True))
    if row.running_on is not None and row.running is not None:
        found[row.running_on] = row.running
    return found
