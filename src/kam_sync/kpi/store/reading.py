"""Reads series, whole or point by point."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from kam_sync.base.db import Session, table_of
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.doubts import Doubted
from kam_sync.kpi.model import Forecast, Point, Restatement, Series
from kam_sync.kpi.periods import shift
from kam_sync.kpi.store.doubting import DoubtStore
from kam_sync.kpi.store.layout import nouns_of
from kam_sync.kpi.store.tables import ForecastRow, MeasuredRow, RestatementRow, SeriesRow

Key = tuple[UUID, str, str, Grain]
"""Account, KPI, unit and how long the periods are."""


@dataclass(frozen=True, slots=True)
class Restated:
    """Which restatements are asked for; None means all."""

    account_id: UUID | None = None
    of_group: bool = False
    """Of accounts and all below them, not of accounts alone."""
    grain: Grain | None = None
    since: datetime | None = None


class KpiStore:
    """Reads points."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def was_measured(self) -> bool:
        """Whether accounts were ever measured, be it that there was nothing to measure of them."""
        found = sa.exists().select_from(SeriesRow) | sa.exists().select_from(MeasuredRow)
        return bool(self._session.scalar(sa.select(found)))

    def series(
        self, kpis: Iterable[str], grain: Grain = Grain.MONTH, *, as_reported: bool = False
    ) -> Iterator[Series]:
        """The series of the named KPIs of every account, streamed.

        Args:
            as_reported: whole periods as they were first measured, and not as they are known now.
        """
        row = table_of(SeriesRow).c
        values = row.reported if as_reported else row.known
        query = (
            sa.select(
                row.account_id, row.kpi, row.unit, row.ons, values, row.running_on, row.running
            )
            .where(~row.of_group, row.grain == grain, row.kpi.in_(list(kpis)))
            .where((sa.func.cardinality(row.ons) > 0) | row.running.is_not(None))
            .order_by(row.account_id, row.kpi, row.unit)
            .execution_options(yield_per=10_000)
        )
        for account_id, kpi, unit, ons, known, on, value in self._session.execute(query):
            running = None if on is None or value is None else (on, float(value))
            numbers = tuple(float(value) for value in known)
            yield Series(account_id, kpi, unit, tuple(ons), numbers, running)

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
        query = _monthly(of_group).where(col(SeriesRow.account_id) == account_id)
        if kpi is not None:
            query = query.where(col(SeriesRow.kpi) == kpi)
        query = query.order_by(col(SeriesRow.kpi), col(SeriesRow.unit))
        doubts = DoubtStore(self._session).of_account(account_id, of_group=of_group)
        span = (first or date.min, last or date.max)
        return [
            point for row in self._session.scalars(query) for point in _points(row, doubts, span)
        ]

    def forecasts(self, account_id: UUID, *, of_group: bool = False) -> list[Forecast]:
        """What is predicted of an account by KPI and unit, and where nothing is, why."""
        query = (
            select(ForecastRow)
            .where(col(ForecastRow.account_id) == account_id)
            .where(col(ForecastRow.of_group) == of_group)
            .order_by(col(ForecastRow.kpi), col(ForecastRow.unit))
        )
        return list(self._session.scalars(query))

    def latest(self, keys: Collection[Key], *, most: int) -> dict[Key, Series]:
        """The latest whole periods of some series and the running one, in one statement."""
        row = table_of(SeriesRow).c
        key = (row.account_id, row.kpi, row.unit, row.grain)
        first = sa.func.greatest(sa.func.cardinality(row.ons) - most + 1, 1)
        last = sa.func.cardinality(row.ons)
        query = sa.select(
            *key, row.ons[first:last], row.known[first:last], row.running_on, row.running
        ).where(~row.of_group, sa.tuple_(*key).in_(keys))
        return {
            (account_id, kpi, unit, Grain(grain)): Series(
                account_id, kpi, unit, tuple(ons), tuple(float(one) for one in known),
                None if on is None or value is None else (on, float(value)),
            )
            for account_id, kpi, unit, grain, ons, known, on, value in self._session.execute(query)
        }  # fmt: skip

    def restatements(
        self, wanted: Restated, kpis: Collection[str], *, before: int | None = None, limit: int
    ) -> list[Restatement]:
        """Values that were changed after they had been measured, the latest first.

        Args:
            kpis: which of them count.
            before: the id of one.
        """
        row: Any = RestatementRow
        query = select(RestatementRow).where(row.of_group == wanted.of_group, row.kpi.in_(kpis))
        if wanted.account_id is not None:
            query = query.where(row.account_id == wanted.account_id)
        if wanted.grain is not None:
            query = query.where(row.grain == wanted.grain.value)
        if wanted.since is not None:
            query = query.where(row.at >= wanted.since)
        if before is not None:
            query = query.where(row.id < before)
        return list(self._session.scalars(query.order_by(row.id.desc()).limit(limit)))

    def restated_months(
        self, account_id: UUID, kpi: str, unit: str, months: Collection[date]
    ) -> list[Restatement]:
        """What was restated of some months of a KPI of an account, oldest first."""
        row: Any = RestatementRow
        query = select(RestatementRow).where(
            row.account_id == account_id, ~row.of_group, row.grain == Grain.MONTH.value,
            row.kpi == kpi, row.unit == unit, row.on.in_(months),
        )  # fmt: skip
        return list(self._session.scalars(query.order_by(row.id)))


def _monthly(of_group: bool) -> Any:
    return select(SeriesRow).where(
        col(SeriesRow.of_group) == of_group, col(SeriesRow.grain) == Grain.MONTH
    )


def _points(row: SeriesRow, doubts: Iterable[Doubted], span: tuple[date, date]) -> Iterator[Point]:
    """The points of a series in a span, each with those of the doubts that it is about."""
    least, most = span
    nouns = nouns_of(row.kpi)
    own = [one for one in doubts if one.noun in nouns]
    whole = zip(row.ons, row.known, row.reported, strict=True)
    for on, known, reported in whole:
        if not least <= on <= most:
            continue
        last_day = shift(on, 1) - timedelta(days=1)
        about = [one for one in own if one.is_about(last_day)]
        yield _point(row, on, known, reported=reported, doubts=about)
    now = row.running_on
    if now is not None and row.running is not None and least <= now <= most:
        yield _point(row, now, row.running, is_partial=True, doubts=own)


def _point(row: SeriesRow, on: date, value: Any, **more: Any) -> Point:
    return Point(
        account_id=row.account_id, kpi=row.kpi, unit=row.unit, on=on, value=value,
        changed_at=row.changed_at, **more,
    )  # fmt: skip
