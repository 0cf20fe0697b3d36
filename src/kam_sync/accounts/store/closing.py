"""Reads which deals were won or lost lately, and which contracts end soon."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa

from kam_sync.base.db import Session

_CLOSED = """
    WITH largest AS MATERIALIZED (
        SELECT source_id, external_id, company_external_id, name, amount, outcome,
            row_number() OVER (
                PARTITION BY outcome ORDER BY amount DESC, source_id, external_id
            ) AS place
        FROM deal
        WHERE closed_at >= :since AND closed_at <= :now AND outcome IN ('won', 'lost')
            AND NOT is_deleted AND amount > 0 AND currency = :currency
            AND company_external_id IS NOT NULL
    )
    SELECT l.account_id, a.name, d.name, d.amount, d.outcome = 'won'
    FROM largest d
    JOIN account_link l ON l.source_id = d.source_id
        AND l.company_external_id = d.company_external_id
    JOIN account a ON a.id = l.account_id
    WHERE d.place <= :limit ORDER BY d.amount DESC, d.source_id, d.external_id
"""
_ENDING = """
    SELECT l.account_id, a.name, min(e.ends_on) FROM (
        SELECT source_id, external_id AS company, contract_ends_on AS ends_on FROM company
        WHERE contract_ends_on BETWEEN :first AND :last AND NOT is_deleted
        UNION ALL
        SELECT source_id, company_external_id, contract_ends_on FROM deal
        WHERE contract_ends_on BETWEEN :first AND :last AND NOT is_deleted AND outcome = 'won'
    ) e
    JOIN account_link l ON l.source_id = e.source_id AND l.company_external_id = e.company
    JOIN account a ON a.id = l.account_id
    GROUP BY l.account_id, a.name ORDER BY 3, 2, 1 LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class Closed:
    """A deal that was won or lost."""

    account_id: UUID
    account: str
    name: str
    amount: Decimal
    is_won: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """An account whose contract ends."""

    account_id: UUID
    account: str
    ends_on: date


class ClosingStore:
    """Looks at a few days."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def closed(self, since: datetime, now: datetime, currency: str, limit: int) -> list[Closed]:
        """The largest deals won and the largest lost, so many of each."""
        asked = {"since": since, "now": now, "currency": currency, "limit": limit}
        return [Closed(*row) for row in self._session.execute(sa.text(_CLOSED), asked)]

    def ending(self, first: date, last: date, limit: int) -> list[Ending]:
        """The accounts whose contracts end between two days, the soonest first."""
        asked = {"first": first, "last": last, "limit": limit}
        return [Ending(*row) for row in self._session.execute(sa.text(_ENDING), asked)]
