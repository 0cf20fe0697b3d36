"""The latest finding of each rule about each account."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Field, col, select

from kam_sync.base.db import Merged, Session, merge, table_of
from kam_sync.drift.model import Finding, Judgement
from kam_sync.drift.rule import REPORTED
from kam_sync.kpi.model import Series

_FORGET = sa.text("""
    DELETE FROM finding WHERE rule = :rule AND (account_id, unit) NOT IN (
        SELECT * FROM unnest(CAST(:accounts AS uuid[]), CAST(:units AS text[])))
""")
_FORGET_RULES = sa.text("DELETE FROM finding WHERE rule <> ALL(:rules)")
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
_REPORTED = """
    SELECT account_id, array_agg(day ORDER BY day DESC) FROM (
        SELECT account_id, day, row_number() OVER (PARTITION BY account_id ORDER BY day DESC) AS n
        FROM (
            SELECT DISTINCT l.account_id, f.{day} AS day
            FROM {table} f JOIN account_link l ON l.source_id = f.source_id
                AND l.company_external_id = f.company_external_id
            WHERE NOT f.is_deleted AND f.{day} <= :today
        ) days
    ) latest WHERE n <= :most GROUP BY account_id
"""
_DAYS = {"sell_out": "sold_on", "shipment": "shipped_on", "receivable": "counted_on"}
"""The day of a row, by table."""
_MANAGERS = sa.text("""
    SELECT DISTINCT ON (l.account_id) l.account_id, u.name
    FROM account_link l
    JOIN company c ON c.source_id = l.source_id AND c.external_id = l.company_external_id
    JOIN crm_user u ON u.source_id = c.source_id AND u.external_id = c.owner_external_id
    ORDER BY l.account_id, l.source_id, l.company_external_id
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
    rule: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)


class DriftStore:
    """Reads and writes findings."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, rule: str, judged: Sequence[tuple[Series, Judgement]], now: datetime) -> Merged:
        """Keep all judgements by a rule, and no other; what says nothing new is left alone."""
        rows = (
            (one.account_id, rule, one.kpi, one.unit, *said.model_dump(mode="json").values())
            for one, said in judged
        )
        names = ("account_id", "rule", "kpi", "unit", *_FIELDS)
        saved = merge(self._session, table_of(FindingRow), names, rows, touch={"changed_at": now})
        accounts, units = [one.account_id for one, _ in judged], [one.unit for one, _ in judged]
        self._session.execute(_FORGET, {"rule": rule, "accounts": accounts, "units": units})
        return saved

    def forget_other_rules(self, rules: Iterable[str]) -> None:
        """Drop findings by rules that are no more."""
        self._session.execute(_FORGET_RULES, {"rules": list(rules)})

    def drifts(self, rule: str) -> dict[tuple[UUID, str], Finding]:
        """By account and unit the drifts that a rule knows of, also where it cannot say now."""
        query = select(FindingRow).where(
            FindingRow.rule == rule, col(FindingRow.since).is_not(None)
        )
        return {(row.account_id, row.unit): row for row in self._session.scalars(query)}

    def managers(self) -> dict[UUID, str]:
        """The names of the users who are responsible for accounts."""
        return {row[0]: row[1] for row in self._session.execute(_MANAGERS)}

    def reported_days(self, kpi: str, today: date) -> dict[UUID, list[date]]:
        """The latest days that rows of a KPI came for, of each account, in order."""
        table = REPORTED[kpi]
        query = sa.text(_REPORTED.format(table=table, day=_DAYS[table]))
        found = self._session.execute(query, {"today": today, "most": _LATEST})
        return {account: days[::-1] for account, days in found}

    def order_days(self, now: datetime, zone: ZoneInfo) -> dict[UUID, list[date]]:
        """The days of the latest orders (won deals) of each account, in order."""
        asked = {"now": now, "zone": zone.key, "most": _LATEST}
        return {account: days[::-1] for account, days in self._session.execute(_ORDERS, asked)}

    def all(self) -> list[Finding]:
        """Every finding, but those about accounts that were merged into others meanwhile."""
        return list(self._session.scalars(select(FindingRow).where(sa.text(_STANDS))))

    def of_account(self, account_id: UUID) -> list[Finding]:
        """The findings about an account."""
        query = select(FindingRow).where(FindingRow.account_id == account_id)
        return list(
            self._session.scalars(query.order_by(col(FindingRow.rule), col(FindingRow.unit)))
        )
