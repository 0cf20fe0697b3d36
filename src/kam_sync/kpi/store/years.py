"""Reads what accounts brought in two years, by KPI and currency."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa

from kam_sync.base.db import Session
from kam_sync.kpi.periods import shift

_SUMS = sa.text("""
    SELECT s.account_id, s.kpi, s.unit,
        coalesce(sum(p.value) FILTER (WHERE p.day >= :middle), 0) AS latest,
        coalesce(sum(p.value) FILTER (WHERE p.day < :middle), 0) AS before
    FROM series s CROSS JOIN LATERAL unnest(s.ons, s.known) AS p(day, value)
    WHERE s.account_id = ANY(:accounts) AND s.kpi = ANY(:kpis) AND s.grain = 'month'
        AND NOT s.of_group AND p.day >= :first AND p.day < :running
    GROUP BY s.account_id, s.kpi, s.unit
""")

Sums = Mapping[str, tuple[Decimal, Decimal]]
"""By unit what came in the latest twelve whole months, and in the twelve before."""


def two_years(
    session: Session, accounts: Collection[UUID], kpis: Collection[str], running: date
) -> Mapping[tuple[UUID, str], Sums]:
    """What the months of KPIs that add up make, by account and KPI.

    Args:
        running: the first day of the month that has not ended.
    """
    asked = {
        "accounts": list(accounts), "kpis": list(kpis), "running": running,
        "first": shift(running, -24), "middle": shift(running, -12),
    }  # fmt: skip
    found: dict[tuple[UUID, str], dict[str, tuple[Decimal, Decimal]]] = {}
    for account, kpi, unit, latest, before in session.execute(_SUMS, asked):
        found.setdefault((account, kpi), {})[unit] = (latest, before)
    return found
