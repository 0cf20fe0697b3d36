"""The points of the KPIs, computed and kept set-wise in the database."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, col, select

from kam_sync.base.db import Merged, Session, merge_staged, table_of
from kam_sync.kpi.model import Kpi, Point, Series
from kam_sync.kpi.months import Month
from kam_sync.kpi.store.layout import LAY_OUT, OF_GROUPS, TABLES

_POINT = ("account_id", "kpi", "unit", "on", "value", "is_partial")
_KEEP = """
    INSERT INTO kpi_point
    SELECT f.account_id, :kpi, f.unit, f."on", f.value, f."on" = :running
    FROM ({formula}) f WHERE f.value IS NOT NULL
"""

_FORGET = """
    DELETE FROM {points} p
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


class GroupPointRow(Point, table=True):
    """Points of accounts that have children, with all that is below them."""

    __tablename__ = "group_point"

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
        return self._compute(PointRow, "account_link", kpis, _moments(months, zone, now))

    def compute_groups(
        self, kpis: Iterable[Kpi], months: Sequence[Month], zone: str, now: datetime
    ) -> tuple[Merged, int]:
        """The same for each account that has children: of all deals in it and below it.

        Groups change their members, so their points before these months are not kept.
        """
        for statement in OF_GROUPS.split(";"):
            self._session.execute(sa.text(statement))
        stale = sa.delete(GroupPointRow).where(col(GroupPointRow.on) < months[0].on)
        self._session.execute(stale)
        if not self._session.scalar(sa.text("SELECT EXISTS (SELECT FROM kpi_group)")):
            none: Any = self._session.execute(sa.delete(GroupPointRow))
            return Merged(), none.rowcount
        return self._compute(GroupPointRow, "kpi_group", kpis, _moments(months, zone, now))

    def _compute(
        self, row: type[Point], links: str, kpis: Iterable[Kpi], values: Mapping[str, Any]
    ) -> tuple[Merged, int]:
        self._session.execute(sa.text(f"DROP TABLE IF EXISTS {', '.join(TABLES)}"))
        for statement in LAY_OUT.format(links=links).split(";"):
            used = {name: values[name] for name in values if f":{name}" in statement}
            self._session.execute(sa.text(statement), used)
        keys = []
        for kpi in kpis:
            keys.append(kpi.key)
            keep = sa.text(_KEEP.format(formula=kpi.formula))
            self._session.execute(keep, {"kpi": kpi.key, "running": values["ons"][-1]})
        table = table_of(row)
        forget = sa.text(_FORGET.format(points=table.name))
        gone: Any = self._session.execute(forget, {"kpis": keys, "first": values["first"]})
        stage = sa.Table(
            "kpi_point", sa.MetaData(), *(sa.Column(n, table.c[n].type) for n in _POINT)
        )
        touch = {"changed_at": values["now"]}
        return merge_staged(self._session, table, stage, touch=touch), gone.rowcount

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
        of_group: bool = False,
    ) -> list[Point]:
        """Points of an account by KPI, unit and month, between two days where they are given.

        Args:
            of_group: those of the account and all below it; none where it has no children.
        """
        row: Any = GroupPointRow if of_group else PointRow
        query = select(row).where(row.account_id == account_id)
        if kpi is not None:
            query = query.where(row.kpi == kpi)
        if first is not None:
            query = query.where(row.on >= first)
        if last is not None:
            query = query.where(row.on <= last)
        return list(self._session.scalars(query.order_by(row.kpi, row.unit, row.on)))

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


def _moments(months: Sequence[Month], zone: str, now: datetime) -> dict[str, Any]:
    """What the tables are laid out by."""
    return {
        "ons": [month.on for month in months],
        "starts": [month.start_at for month in months],
        "ends": [month.end_at for month in months],
        "zone": zone, "first": months[0].on, "now": now,
    }  # fmt: skip
