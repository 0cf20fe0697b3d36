"""The points of the KPIs, computed and kept set-wise in the database."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, col, select

from kam_sync.base.db import Merged, Session, merge_staged, table_of
from kam_sync.kpi.model import Kpi, Point, Series
from kam_sync.kpi.months import Month

_LAY_OUT = """
    CREATE TEMP TABLE kpi_month ON COMMIT DROP AS
    SELECT * FROM unnest(CAST(:ons AS date[]), CAST(:starts AS timestamptz[]),
        CAST(:ends AS timestamptz[])) AS m("on", start_at, end_at);

    CREATE TEMP TABLE kpi_deal ON COMMIT DROP AS
    SELECT account_id, currency, outcome, amount, opened_at, closed_at,
        greatest(date_trunc('month', opened_at AT TIME ZONE :zone)::date, :first) AS opened_on,
        date_trunc('month', closed_at AT TIME ZONE :zone)::date AS closed_on
    FROM (
        SELECT l.account_id, d.currency, d.amount,
            CASE WHEN d.closed_at < :now THEN d.outcome ELSE 'open' END AS outcome,
            CASE WHEN d.closed_at < :now THEN d.closed_at END AS closed_at,
            coalesce(d.created_at, d.closed_at, d.updated_at) AS opened_at
        FROM deal d
        JOIN account_link l ON l.source_id = d.source_id
            AND l.company_external_id = d.company_external_id
        WHERE NOT d.is_deleted
    ) dated
    WHERE opened_at < :now;

    CREATE TEMP TABLE kpi_frame ON COMMIT DROP AS
    SELECT a.account_id, m."on", m.end_at
    FROM (SELECT account_id, min(opened_on) AS first_on FROM kpi_deal GROUP BY account_id) a
    JOIN kpi_month m ON m."on" >= a.first_on;

    CREATE TEMP TABLE kpi_currency ON COMMIT DROP AS
    SELECT a.account_id, a.currency, m."on"
    FROM (SELECT account_id, currency, min(opened_on) AS first_on
          FROM kpi_deal GROUP BY account_id, currency) a
    JOIN kpi_month m ON m."on" >= a.first_on;

    CREATE TEMP TABLE kpi_closed ON COMMIT DROP AS
    SELECT d.account_id, d.currency, m."on", d.outcome, d.amount
    FROM kpi_deal d
    CROSS JOIN generate_series(0, 3) AS later(months)
    JOIN kpi_month m ON m."on" = (d.closed_on + make_interval(months => later.months))::date
    WHERE d.outcome <> 'open' AND d.closed_at >= m.end_at - interval '90 days'
        AND d.closed_at < m.end_at;

    CREATE TEMP TABLE kpi_about ON COMMIT DROP AS
    SELECT l.account_id, r.source_id, r.noun, r.external_id
    FROM (
        SELECT source_id, 'company' AS noun, external_id, external_id AS company FROM company
        UNION ALL SELECT source_id, 'contact', external_id, company_external_id FROM contact
        UNION ALL SELECT source_id, 'deal', external_id, company_external_id FROM deal
        UNION ALL SELECT source_id, 'customer', external_id, company_external_id FROM customer
    ) r
    JOIN account_link l ON l.source_id = r.source_id AND l.company_external_id = r.company;

    CREATE TEMP TABLE kpi_echo ON COMMIT DROP AS
    SELECT source_id, about_noun AS noun, about_external_id AS external_id,
        max(echo_updated_at) - interval '2 seconds' AS since,
        max(echo_updated_at) + interval '2 seconds' AS until
    FROM crm_write WHERE echo_updated_at IS NOT NULL GROUP BY 1, 2, 3;

    ANALYZE kpi_about; ANALYZE kpi_echo;

    CREATE TEMP TABLE kpi_activity ON COMMIT DROP AS
    SELECT account_id, at,
        greatest(date_trunc('month', at AT TIME ZONE :zone)::date, :first) AS "on"
    FROM (
        SELECT l.account_id, seen.at
        FROM deal d
        JOIN account_link l ON l.source_id = d.source_id
            AND l.company_external_id = d.company_external_id
        LEFT JOIN kpi_echo e ON e.source_id = d.source_id AND e.noun = 'deal'
            AND e.external_id = d.external_id AND d.updated_at BETWEEN e.since AND e.until
        CROSS JOIN LATERAL (VALUES (d.created_at), (d.closed_at),
            (CASE WHEN e.since IS NULL THEN d.updated_at END)) AS seen(at)
        WHERE NOT d.is_deleted
        UNION ALL
        SELECT b.account_id, seen.at
        FROM task t
        JOIN kpi_about b ON b.source_id = t.source_id AND b.noun = t.about_noun
            AND b.external_id = t.about_external_id
        LEFT JOIN kpi_echo e ON e.source_id = t.source_id AND e.noun = 'task'
            AND e.external_id = t.external_id AND t.updated_at BETWEEN e.since AND e.until
        CROSS JOIN LATERAL (VALUES (CASE WHEN NOT t.is_ours THEN t.created_at END),
            (CASE WHEN e.since IS NULL AND (t.is_done OR NOT t.is_ours) THEN t.updated_at END)
        ) AS seen(at)
        WHERE NOT t.is_deleted
        UNION ALL
        SELECT b.account_id, a.at
        FROM activity a
        JOIN kpi_about b ON b.source_id = a.source_id AND b.noun = a.about_noun
            AND b.external_id = a.about_external_id
        WHERE a.happening IN ('call', 'message', 'email', 'note') AND a.mirrors IS NULL
            AND (a.author_external_id IS NOT NULL OR a.is_incoming)
            AND NOT a.is_ours AND NOT a.is_deleted
    ) signs
    WHERE at < :now;

    CREATE TEMP TABLE kpi_point (account_id uuid, kpi text, unit text, "on" date,
        value numeric(30, 4), is_partial boolean) ON COMMIT DROP;

    ANALYZE kpi_deal; ANALYZE kpi_frame; ANALYZE kpi_currency; ANALYZE kpi_closed
"""

_KEEP = """
    INSERT INTO kpi_point
    SELECT f.account_id, :kpi, f.unit, f."on", f.value, f."on" = :running
    FROM ({formula}) f WHERE f.value IS NOT NULL
"""

_FORGET = """
    DELETE FROM point p
    WHERE p.kpi = ANY(:kpis) AND p."on" >= :first AND NOT EXISTS (
        SELECT FROM kpi_point n WHERE n.account_id = p.account_id AND n.kpi = p.kpi
            AND n.unit = p.unit AND n."on" = p."on")
"""


class PointRow(Point, table=True):
    """Points."""

    __tablename__ = "point"

    account_id: UUID = Field(primary_key=True, foreign_key="account.id", ondelete="CASCADE")
    kpi: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    on: date = Field(primary_key=True)


class KpiStore:
    """Computes and reads points."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def compute(
        self, kpis: Iterable[Kpi], months: Sequence[Month], zone: str, now: datetime
    ) -> tuple[Merged, int]:
        """Compute all points of the KPIs in the months; returns what changed and what vanished."""
        first, running = months[0].on, months[-1].on
        values = {
            "ons": [month.on for month in months],
            "starts": [month.start_at for month in months],
            "ends": [month.end_at for month in months],
            "zone": zone, "first": first, "now": now,
        }  # fmt: skip
        for statement in _LAY_OUT.split(";"):
            used = {name: values[name] for name in values if f":{name}" in statement}
            self._session.execute(sa.text(statement), used)
        keys = []
        for kpi in kpis:
            keys.append(kpi.key)
            keep = sa.text(_KEEP.format(formula=kpi.formula))
            self._session.execute(keep, {"kpi": kpi.key, "running": running})
        gone: Any = self._session.execute(sa.text(_FORGET), {"kpis": keys, "first": first})
        table = table_of(PointRow)
        names = ("account_id", "kpi", "unit", "on", "value", "is_partial")
        stage = sa.Table(
            "kpi_point", sa.MetaData(), *(sa.Column(n, table.c[n].type) for n in names)
        )
        return merge_staged(self._session, table, stage, touch={"changed_at": now}), gone.rowcount

    def series(self, kpis: Iterable[str]) -> Iterator[Series]:
        """The whole months of the named KPIs of every account, streamed."""
        key = (col(PointRow.account_id), col(PointRow.kpi), col(PointRow.unit))
        query = (
            sa.select(*key, col(PointRow.on), col(PointRow.value))
            .where(~col(PointRow.is_partial), col(PointRow.kpi).in_(list(kpis)))
            .order_by(*key, col(PointRow.on))
            .execution_options(yield_per=10_000)
        )
        rows = self._session.execute(query)
        for (account_id, kpi, unit), points in groupby(rows, key=lambda row: tuple(row[:3])):
            months, values = zip(*((row[3], float(row[4])) for row in points), strict=True)
            yield Series(account_id, kpi, unit, months, values)

    def points(
        self,
        account_id: UUID,
        kpi: str | None = None,
        *,
        first: date | None = None,
        last: date | None = None,
    ) -> list[Point]:
        """Points of an account by KPI, unit and month, between two days where they are given."""
        query = select(PointRow).where(PointRow.account_id == account_id)
        if kpi is not None:
            query = query.where(PointRow.kpi == kpi)
        if first is not None:
            query = query.where(PointRow.on >= first)
        if last is not None:
            query = query.where(PointRow.on <= last)
        order = (col(PointRow.kpi), col(PointRow.unit), col(PointRow.on))
        return list(self._session.scalars(query.order_by(*order)))

    def of_accounts(
        self, account_ids: Collection[UUID], kpis: Collection[str], *, first: date
    ) -> list[Point]:
        """Points of some KPIs of some accounts since a month, oldest month first."""
        query = select(PointRow).where(
            col(PointRow.account_id).in_(account_ids),
            col(PointRow.kpi).in_(kpis),
            col(PointRow.on) >= first,
        )
        return list(self._session.scalars(query.order_by(col(PointRow.on), col(PointRow.unit))))
