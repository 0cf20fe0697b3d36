"""Reads the invoices of an account that are still to be paid, by the rules of the KPIs."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kam_sync.accounts.store.belonging import ABOUT
from kam_sync.accounts.touches import Unpaid
from kam_sync.base.db import Session

_UNPAID = """
    {about}, invoiced AS (
        SELECT i.*, coalesce(i.issued_on, (i.created_at AT TIME ZONE :zone)::date) AS issued,
            sign(i.amount) AS side, coalesce((
                SELECT sum(y.amount) FROM payment y
                JOIN mine m ON m.source_id = y.source_id AND m.company = y.company_external_id
                WHERE y.source_id = i.source_id AND y.invoice_external_id = i.external_id
                    AND y.currency = i.currency AND NOT y.is_deleted AND y.paid_on <= :today
            ), 0) AS paid
        FROM about b JOIN invoice i ON i.source_id = b.source_id AND i.payer_noun = b.noun
            AND i.payer_external_id = b.external_id
        WHERE NOT i.is_deleted AND i.status <> 'draft'
    ), owing AS (
        SELECT name, number, currency, amount, issued, due_on, side,
            amount - side * greatest(side * paid, abs(coalesce(paid_amount, 0))) AS rest
        FROM invoiced
        WHERE issued <= :today
            AND (paid_at IS NULL OR :today < (paid_at AT TIME ZONE :zone)::date)
            AND (paid_at IS NOT NULL
                OR abs(coalesce(paid_amount, 0)) < abs(amount) AND status <> 'paid')
            AND abs(amount) > side * paid
    )
    SELECT name, number, currency, amount, rest, issued, due_on,
        CASE WHEN amount > 0 THEN greatest(:today - coalesce(due_on, issued), 0) ELSE 0 END
    FROM owing WHERE rest * side > 0
    ORDER BY coalesce(due_on, issued), issued, name LIMIT :limit
"""
"""As `open_invoices` of the KPIs has it for the running period, so that the sums agree."""


class OwingStore:
    """Reads what an account owes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def unpaid(
        self, account_id: UUID, now: datetime, zone: ZoneInfo, *, limit: int
    ) -> list[Unpaid]:
        """The invoices that are still to be paid, what is due for longest first."""
        today = now.astimezone(zone).date()
        values = {"account": account_id, "today": today, "zone": zone.key, "limit": limit}
        statement = sa.text(_UNPAID.format(about=ABOUT)).bindparams(
            sa.bindparam("today", type_=sa.Date)
        )
        return [Unpaid(*row) for row in self._session.execute(statement, values)]
