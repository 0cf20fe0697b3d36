"""The latest finding about each KPI of each account."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Field, col, select

from kam_sync.base.db import Merged, Session, merge, table_of
from kam_sync.drift.model import Finding, Judgement
from kam_sync.kpi.model import Series

_FORGET = """
    DELETE FROM finding f WHERE f.kpi <> ALL(:kpis) OR NOT EXISTS (
        SELECT FROM series s WHERE s.account_id = f.account_id AND NOT s.of_group
            AND s.kpi = f.kpi AND s.unit = f.unit)
"""
_ORDERS = sa.text("""
    SELECT account_id, array_agg(day ORDER BY day DESC) FROM (
        SELECT account_id, day, row_number() OVER (PARTITION BY account_id ORDER BY day DESC) AS n
        FROM (
            SELECT DISTINCT l.account_id, CAST(d.closed_at AT TIME ZONE :zone AS date) AS day
            FROM deal d JOIN account_link l ON l.source_id = d.source_id
                AND l.company_external_id = d.company_external_id
            WHERE d.outcome = 'won' AND NOT d.is_deleted AND d.closed_at < :now
        ) days
    ) latest WHERE n <= :most GROUP BY account_id
""")
_LATEST = 13
"""So many days of orders tell the rhythm of today: twelve gaps."""
_FIELDS = tuple(Judgement.model_fields)
_STANDS = """
    EXISTS (SELECT FROM account a WHERE a.id = finding.account_id AND a.merged_into IS NULL)
"""


class FindingRow(Finding, table=True):
    """Findings."""

    __tablename__ = "finding"

    account_id: UUID = Field(primary_key=True, foreign_key="account.id", ondelete="CASCADE")
    kpi: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)


class DriftStore:
    """Reads and writes findings."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, judged: Iterable[tuple[Series, Judgement]], now: datetime) -> Merged:
        """Keep the judgements; one that says the same as before is left alone."""
        rows = (
            (
                series.account_id,
                series.kpi,
                series.unit,
                *judgement.model_dump(mode="json").values(),
            )
            for series, judgement in judged
        )
        table = table_of(FindingRow)
        names = ("account_id", "kpi", "unit", *_FIELDS)
        return merge(self._session, table, names, rows, touch={"changed_at": now})

    def order_days(self, now: datetime, zone: ZoneInfo) -> dict[UUID, list[date]]:
        """The days of the latest orders (won deals) of each account, in order."""
        asked = {"now": now, "zone": zone.key, "most": _LATEST}
        return {account: days[::-1] for account, days in self._session.execute(_ORDERS, asked)}

    def forget_others(self, kpis: Iterable[str]) -> int:
        """Drop findings about other KPIs, and about series that are no more."""
        gone = self._session.execute(
            sa.text(_FORGET),
            {"kpis": list(kpis)},
        )
        return cast("sa.CursorResult[None]", gone).rowcount

    def all(self) -> list[Finding]:
        """Every finding, but those about accounts that were merged into others meanwhile."""
        return list(self._session.scalars(select(FindingRow).where(sa.text(_STANDS))))

    def of_account(self, account_id: UUID) -> list[Finding]:
        """The findings about an account."""
        query = select(FindingRow).where(FindingRow.account_id == account_id)
        return list(
            self._session.scalars(query.order_by(col(FindingRow.kpi), col(FindingRow.unit)))
        )
