"""Keeps where accounts stand in the portfolio: each group as one account, as was just measured."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kam_sync.base.db import Session, copy_rows, merge, table_of
from kam_sync.kpi.health import band
from kam_sync.kpi.periods import periods_until, shift
from kam_sync.kpi.portfolio import Place, Standing, What, churn, moves, standings
from kam_sync.kpi.registry import HEALTH
from kam_sync.kpi.standing import COUNTED_BY, Figures, Sums, sums
from kam_sync.kpi.store.tables import StandingKeptRow, StandingMoveRow, StandingRow

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
        coalesce(sum(p.value) FILTER (WHERE p.day < :middle), 0) AS year_before,
        coalesce(sum(p.value) FILTER (WHERE p.day >= :middle AND p.day < :late), 0) AS earlier
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
_COUNTS = """
    SELECT count(place), count(DISTINCT account_id) FILTER (WHERE year_before > 0) FROM standing
"""
_JOINED = """
    SELECT account_id FROM account_parent
    UNION SELECT id FROM account WHERE merged_into IS NOT NULL
"""
"""What another account stands for now."""

_LASTS = timedelta(days=100)
"""So long it is kept what moved."""
_COLUMNS = (
    "account_id", "unit", "alone", "amount", "year_before", "place", "before", "pareto", "health",
    "band", "lost",
)  # fmt: skip
_MOVE = ("account_id", "unit", "at", "what", "was", "became", "amount")


@dataclass(frozen=True, slots=True)
class Bought:
    """What accounts bought, by account."""

    alone: dict[UUID, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """In this year, each by itself; of the others only those that have no parent are named."""
    this_year: dict[UUID, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    year_before: dict[UUID, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    earlier: set[UUID] = field(default_factory=set)
    """Who bought in this year before its last two months: none of them has just come."""


class PortfolioStore:
    """Finds out where all accounts stand, and keeps it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, now: datetime, zone: ZoneInfo, *, is_news: bool) -> None:
        """Keep where accounts stand in the twelve whole months before a moment.

        Args:
            is_news: something was measured anew; if not, only another month changes anything.
        """
        months = [period.on for period in periods_until(now, zone, count=24)]
        first, middle, before, running = months[0], months[12], months[23], months[24]
        kept = self._session.execute(sa.select(table_of(StandingKeptRow))).first()
        if kept is not None and kept.first == middle and not is_news and self._is_whole(kept):
            return
        kpi, bought = self._bought((first, middle, running))
        found = {unit: standings(of.this_year) for unit, of in bought.items()}
        had = _any(of.year_before for of in bought.values())
        churned = churn(_any(of.this_year for of in bought.values()), had)
        lost = {key: had[key] for key in churned.lost}
        rows = list(_rows(bought, found, self._health(running, before), lost))
        if kept is not None and kept.kpi == kpi:
            self._keep_moves(rows, bought, now)
        table = table_of(StandingRow)
        merge(self._session, table, _COLUMNS, rows)
        stage = sa.text(
            "DELETE FROM standing s WHERE NOT EXISTS (SELECT FROM stage_standing n "
            "WHERE n.account_id = s.account_id AND n.unit = s.unit)"
        )
        self._session.execute(stage)
        self._session.execute(sa.delete(table_of(StandingKeptRow)))
        figures = Figures(at_start=churned.at_start, units=_units(bought, found))
        self._session.add(StandingKeptRow(
            kpi=kpi, first=middle, at=now, figures=figures.model_dump(mode="json")
        ))  # fmt: skip

    def _bought(self, months: tuple[date, date, date]) -> tuple[str, dict[str, Bought]]:
        """By which KPI it is counted, and by currency what each account and all below it bought.

        Args:
            months: when the year before begins, when this one does, when the running month does.
        """
        tops: dict[UUID, UUID] = dict(self._all(_TOPS))
        first, middle, running = months
        for kpi in COUNTED_BY:
            found: dict[str, Bought] = defaultdict(Bought)
            asked = {
                "kpi": kpi, "first": first, "middle": middle, "running": running,
                "late": shift(running, -2),
            }  # fmt: skip
            for unit, account, this_year, year_before, earlier in self._all(_BOUGHT, asked):
                top = tops.get(account, account)
                found[unit].alone[account] += this_year
                found[unit].this_year[top] += this_year
                found[unit].year_before[top] += year_before
                if earlier > 0:
                    found[unit].earlier.add(top)
            if any(any(one.this_year.values()) for one in found.values()):
                return kpi, dict(found)
        return COUNTED_BY[0], {}

    def _health(self, running: date, before: date) -> dict[UUID, Decimal]:
        """The newest score of each account, of a group as a whole; of these two months alone."""
        asked = {"kpi": HEALTH, "running": running, "before": before}
        return {key: score for key, score in self._all(_HEALTH, asked) if score is not None}

    def _is_whole(self, kept: Any) -> bool:
        """Whether all are still there; with a source its accounts go, which nobody measures."""
        figures = Figures.model_validate(kept.figures)
        placed, at_start = self._session.execute(sa.text(_COUNTS)).one()
        accounts = sum(one.concentration.accounts for one in figures.units)
        return bool((placed, at_start) == (accounts, figures.at_start))

    def _keep_moves(
        self, rows: list[tuple[Any, ...]], bought: Mapping[str, Bought], now: datetime
    ) -> None:
        """Write down what differs from what is kept; a new currency is no news of accounts, and
        none of them comes or goes by being put into a group, taken out of it, merged, or read from
        a CRM that was just connected."""
        row = table_of(StandingRow).c
        kept = sa.select(row.account_id, row.unit, row.amount, row.pareto, row.band)
        was = {(key, unit): Place(*rest) for key, unit, *rest in self._session.execute(
            kept.where(row.place.is_not(None))
        )}  # fmt: skip
        joined = set(self._session.scalars(sa.text(_JOINED)))
        units = {unit for _, unit in was}
        placed = (dict(zip(_COLUMNS, one, strict=True)) for one in rows)
        new = {
            (one["account_id"], one["unit"]): Place(one["amount"], one["pareto"], one["band"])
            for one in placed
            if one["place"] is not None
        }
        table = table_of(StandingMoveRow)
        self._session.execute(sa.delete(table).where(table.c.at < now - _LASTS))
        copy_rows(self._session, table, _MOVE, (
            (*key, now, *astuple(move))
            for key in sorted(was.keys() | new.keys(), key=str)
            if key[1] in units and key[0] not in joined
            for move in moves(was.get(key), new.get(key))
            if move.what is not What.CAME or key[0] not in bought[key[1]].earlier
        ))  # fmt: skip

    def _all(self, query: str, values: dict[str, Any] | None = None) -> Any:
        return self._session.execute(sa.text(query), values or {}).all()


def _rows(
    bought: Mapping[str, Bought],
    found: Mapping[str, Sequence[Standing]],
    health: Mapping[UUID, Decimal],
    lost: Mapping[UUID, Decimal],
) -> Iterator[tuple[Any, ...]]:
    for unit, of in bought.items():
        placed = {one.account_id: one for one in found[unit]}
        for key in of.alone.keys() | of.this_year.keys():
            one, score = placed.get(key), health.get(key)
            yield (
                key, unit, of.alone.get(key, Decimal(0)), of.this_year.get(key),
                of.year_before.get(key), one and one.place, one and one.before,
                one and one.pareto.value, score, None if score is None else band(score).value,
                lost.get(key),
            )  # fmt: skip


def _units(bought: Mapping[str, Bought], found: Mapping[str, Sequence[Standing]]) -> list[Sums]:
    there = (sums(unit, found[unit], of.year_before.values()) for unit, of in bought.items())
    units = [one for one in there if one is not None]
    return sorted(units, key=lambda one: (-one.concentration.accounts, one.unit))


def _any(amounts: Iterable[Mapping[UUID, Decimal]]) -> dict[UUID, Decimal]:
    """Whether somebody bought at all is asked over currencies; these sums say no more than that."""
    found: dict[UUID, Decimal] = defaultdict(Decimal)
    for of_unit in amounts:
        for key, amount in of_unit.items():
            found[key] += max(amount, Decimal(0))
    return found
