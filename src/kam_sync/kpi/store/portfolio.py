"""Reads what all accounts have bought and how they are: each group as one account."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kam_sync.base.db import Session
from kam_sync.kpi.registry import HEALTH

_TOPS = """
    WITH RECURSIVE below AS (
        SELECT p.parent_id AS top, p.account_id FROM account_parent p
        WHERE p.parent_id NOT IN (SELECT account_id FROM account_parent)
        UNION
        SELECT b.top, p.account_id FROM below b JOIN account_parent p ON p.parent_id = b.account_id
    )
    SELECT account_id, top FROM below
"""
_BOUGHT = """
    SELECT s.unit, s.account_id,
        coalesce(sum(p.value) FILTER (WHERE p.day >= :middle), 0) AS this_year,
        coalesce(sum(p.value) FILTER (WHERE p.day < :middle), 0) AS year_before
    FROM series s CROSS JOIN LATERAL unnest(s.ons, s.known) AS p(day, value)
    WHERE s.kpi = :kpi AND s.grain = 'month' AND NOT s.of_group AND p.day >= :first
        AND p.day < :running
    GROUP BY s.unit, s.account_id
"""
_HEALTH = """
    SELECT DISTINCT ON (account_id) account_id,
        CASE WHEN running_on = :running THEN running ELSE known[cardinality(known)] END AS score
    FROM series
    WHERE kpi = :kpi AND grain = 'month'
        AND (running_on = :running OR ons[cardinality(ons)] >= :before)
    ORDER BY account_id, of_group DESC
"""
_BY = ("won_revenue", "sell_in")
"""What the portfolio is counted by: the first of these that anybody has any of."""


@dataclass(frozen=True, slots=True)
class Bought:
    """What accounts bought, by account; only those that have no parent are named."""

    this_year: dict[UUID, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    year_before: dict[UUID, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


class PortfolioStore:
    """Reads all accounts at once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def tops(self) -> dict[UUID, UUID]:
        """The head of its group, for each account that is below one."""
        return dict(self._rows(_TOPS))

    def bought(
        self, tops: dict[UUID, UUID], months: tuple[date, date, date]
    ) -> tuple[str, dict[str, Bought]]:
        """By which KPI it is counted, and by currency what each account and all below it bought.

        Args:
            months: when the year before begins, when this one does, when the running month does.
        """
        first, middle, running = months
        for kpi in _BY:
            found: dict[str, Bought] = defaultdict(Bought)
            asked = {"kpi": kpi, "first": first, "middle": middle, "running": running}
            for unit, account, this_year, year_before in self._rows(_BOUGHT, asked):
                top = tops.get(account, account)
                found[unit].this_year[top] += this_year
                found[unit].year_before[top] += year_before
            if any(any(one.this_year.values()) for one in found.values()):
                return kpi, dict(found)
        return _BY[0], {}

    def health(self, running: date, before: date) -> dict[UUID, Decimal]:
        """The newest score of each account, of a group as a whole; of these two months alone."""
        asked = {"kpi": HEALTH, "running": running, "before": before}
        return {key: score for key, score in self._rows(_HEALTH, asked) if score is not None}

    def _rows(self, query: str, values: dict[str, Any] | None = None) -> Any:
        return self._session.execute(sa.text(query), values or {}).all()
