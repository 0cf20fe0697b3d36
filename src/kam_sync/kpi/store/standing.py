"""Reads where accounts stand in the portfolio: pages of them, and sums."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kam_sync.accounts.store import KEEPERS, NOBODY
from kam_sync.base.db import Session, is_limited
from kam_sync.kpi.periods import shift
from kam_sync.kpi.portfolio import Move, ParetoClass, Standing, What
from kam_sync.kpi.standing import By, Figures, KamSums, Kept, Placed, Sums, Told, Wanted, sums
from kam_sync.kpi.store.naming import NAMED, named_as

_TOPS = """
    WITH RECURSIVE below AS (
        SELECT p.account_id, p.parent_id AS top FROM account_parent p
        WHERE p.account_id = ANY(:ids)
        UNION
        SELECT b.account_id, p.parent_id FROM below b JOIN account_parent p ON p.account_id = b.top
    )
    SELECT account_id, top FROM below
    WHERE top NOT IN (SELECT account_id FROM account_parent)
"""
_LOST = """
    SELECT s.account_id, a.name FROM {standing} s JOIN account a ON a.id = s.account_id
    WHERE s.lost IS NOT NULL GROUP BY s.account_id, a.name, s.lost
    ORDER BY s.lost DESC, s.account_id::text LIMIT :limit
"""
_ROWS = """
    SELECT s.account_id, s.place, s.amount, s.before, s.pareto, s.health, s.band,
        coalesce(t.alerts, 0) AS alerts, coalesce(t.at_risk, 0) AS at_risk
    FROM {standing} s
    LEFT JOIN unnest(CAST(:told AS uuid[]), CAST(:alerts AS int[]), CAST(:risks AS numeric[]))
        AS t(account_id, alerts, at_risk) ON t.account_id = s.account_id
    WHERE s.unit = :unit AND s.place IS NOT NULL
"""
_PLACED = """
    WITH placed AS ({rows}), {everyone} chosen AS (
        SELECT p.*, a.name, {found} AS found FROM placed p
        JOIN account a ON a.id = p.account_id {whose}
        WHERE {where} ORDER BY {order}, p.place LIMIT :limit OFFSET :skip
    ), {few} numbered AS (SELECT c.*, row_number() OVER () AS row FROM chosen c)
    SELECT p.account_id, p.place, p.amount, p.before, p.pareto, p.name, coalesce(k.key, :nobody),
        k.name, p.health, p.alerts, p.at_risk, p.found
    FROM numbered p LEFT JOIN keeper k ON k.account_id = p.account_id ORDER BY p.row
"""
_OF_CHOSEN = KEEPERS.format(only="l.account_id IN (SELECT account_id FROM chosen)")
_OF_ALL = KEEPERS.format(only="true")
_KAMS = """
    WITH placed AS ({rows}), keeper AS ({keepers})
    SELECT coalesce(k.key, :nobody), max(k.name), sum(amount), count(*) FILTER (WHERE pareto = 'A'),
        count(*) FILTER (WHERE pareto <> 'A'), sum(health), count(health),
        count(*) FILTER (WHERE band = 'poor'), sum(alerts), sum(at_risk)
    FROM placed p LEFT JOIN keeper k ON k.account_id = p.account_id
    GROUP BY 1 ORDER BY 3 DESC, 1
"""
_MONTHS = """
    SELECT DISTINCT ON (account_id) account_id, ons, known FROM series
    WHERE account_id = ANY(:ids) AND kpi = :kpi AND unit = :unit AND grain = 'month'
    ORDER BY account_id, of_group DESC
"""
_MOVES = """
    SELECT m.account_id, a.name, m.what, m.was, m.became, m.amount
    FROM standing_move m JOIN account a ON a.id = m.account_id
    WHERE m.at >= :since AND m.unit = :unit ORDER BY m.amount DESC, m.id DESC LIMIT :limit
"""
_KEPT_OWN = "SELECT kpi, first, at FROM standing_kept"
_KEPT = "SELECT kpi, first, at, figures FROM standing_kept"
_LOST_COUNT = "SELECT count(DISTINCT account_id) FROM {standing} WHERE lost IS NOT NULL"
_OWN = """
    SELECT account_id, unit, amount, year_before, is_whole, place, before, pareto
    FROM own_standing ORDER BY unit, place NULLS LAST
"""
_FILTERS = {
    "kam": "coalesce(k.key, :nobody) = :kam",
    "pareto": "p.pareto = :pareto",
    "band": "coalesce(p.band, 'unknown') = :band",
    "source_id": "EXISTS (SELECT FROM account_link l WHERE l.account_id = p.account_id "
    "AND l.source_id = :source_id)",
    "segment": "EXISTS (SELECT FROM account_link l JOIN company c ON c.source_id = l.source_id "
    "AND c.external_id = l.company_external_id "
    "WHERE l.account_id = p.account_id AND c.segment = :segment)",
    "text": NAMED,
    "after_place": "p.place > :after_place",
    "to_place": "p.place <= :to_place",
}
_ORDERS = {
    By.PLACE: "p.place",
    By.AMOUNT: "-p.place",  # as equals are put in order, too; and there is an index
    By.SHARE: "-p.place",
    By.NAME: "a.name",
    By.PARETO: "p.pareto",
    By.KAM: "k.name",
    By.HEALTH: "p.health",
    By.ALERTS: "p.alerts",
    By.AT_RISK: "p.at_risk",
}


@dataclass(frozen=True, slots=True)
class StandingStore:
    """Reads the kept standings; who looks after accounts and what is open are read as of now."""

    session: Session
    told: Mapping[UUID, Told] = field(default_factory=lambda: MappingProxyType({}))
    """What is open about heads of groups and about accounts alone."""

    def kept(self) -> Kept | None:
        """What the standings are made of; None where nothing has been kept yet."""
        own = is_limited(self.session)
        query = _KEPT_OWN if own else _KEPT
        found = self.session.execute(sa.text(query)).mappings().first()
        if found is None:
            return None
        kept = Kept.model_validate(dict(found))
        return kept.model_copy(update={"figures": self._own_figures()}) if own else kept

    def counted_by(self) -> str | None:
        """The KPI that the standings are made of; None where nothing has been kept yet."""
        kpi: str | None = self.session.scalar(sa.text("SELECT kpi FROM standing_kept"))
        return kpi

    def tops(self, ids: Sequence[UUID]) -> dict[UUID, UUID]:
        """The head of its group, for each of some accounts that is below one."""
        return dict(self._all(_TOPS, ids=list(ids)))

    def lost(self, limit: int | None = None) -> list[tuple[UUID, str]]:
        """Who bought in the year before and nothing in this one, the largest first."""
        query = _LOST.format(standing=self._from)
        return [(key, name) for key, name in self._all(query, limit=limit)]

    def lost_count(self) -> int:
        """How many these are."""
        query = _LOST_COUNT.format(standing=self._from)
        return int(self.session.scalar(sa.text(query)) or 0)

    def placed(self, wanted: Wanted, of: Sums) -> tuple[list[Placed], int]:
        """Some accounts, and how many there are of that kind.

        Args:
            of: the currency in figures.
        """
        values = {name: getattr(wanted, name) for name in _FILTERS}
        where = [clause for name, clause in _FILTERS.items() if values[name]]
        # Who looks after all of them is found out only where they are told apart by that.
        by_kam = bool(wanted.kam) or wanted.by is By.KAM
        way = "DESC NULLS LAST" if wanted.descending else "ASC NULLS LAST"
        query = _PLACED.format(
            rows=self._rows, where=" AND ".join(where) or "true",
            order=f"{_ORDERS[wanted.by]} {way}",
            # To count all that are asked for takes the longest; all there are is known.
            found="count(*) OVER ()" if where else "CAST(:accounts AS int)",
            everyone=f"keeper AS ({_OF_ALL})," if by_kam else "",
            whose="LEFT JOIN keeper k ON k.account_id = p.account_id" if by_kam else "",
            few="" if by_kam else f"keeper AS ({_OF_CHOSEN}),",
        )  # fmt: skip
        found = self._all(
            query, unit=wanted.unit, limit=wanted.limit, skip=wanted.skip,
            accounts=of.concentration.accounts, **named_as(wanted.text), **values, **self._open(),
        )  # fmt: skip
        rows = [
            Placed(Standing(key, place, amount, before, of.total, ParetoClass(pareto)), *rest[:6])
            for key, place, amount, before, pareto, *rest in found
        ]
        return rows, found[0].found if found else 0

    def kams(self, unit: str) -> list[KamSums]:
        """All who look after accounts that buy, those with most of it first."""
        query = _KAMS.format(rows=self._rows, keepers=_OF_ALL)
        return [KamSums(*row) for row in self._all(query, unit=unit, **self._open())]

    def moves(self, unit: str, since: datetime, limit: int) -> list[tuple[UUID, str, Move]]:
        """What happened to the places of accounts, the largest first: id, name, and what."""
        found = self._all(_MOVES, unit=unit, since=since, limit=limit)
        return [
            (key, name, Move(What(what), was, became, amount))
            for key, name, what, was, became, amount in found
        ]

    def months(self, ids: Sequence[UUID], kept: Kept, unit: str) -> dict[UUID, list[float]]:
        """What some accounts bought in each of the twelve months; a head with all below it."""
        found = self._all(_MONTHS, ids=list(ids), kpi=kept.kpi, unit=unit)
        ons = [shift(kept.first, at) for at in range(12)]
        known = {key: dict(zip(days, values, strict=True)) for key, days, values in found}
        return {key: [float(of.get(on, 0)) for on in ons] for key, of in known.items()}

    @property
    def _from(self) -> str:
        """Who sees own accounts only sees where these stand among one another."""
        return "own_standing" if is_limited(self.session) else "standing"

    @property
    def _rows(self) -> str:
        return _ROWS.format(standing=self._from)

    def _own_figures(self) -> Figures:
        found: dict[str, list[Any]] = defaultdict(list)
        for row in self._all(_OWN):
            found[row.unit].append(row)
        units = [one for unit, rows in found.items() if (one := _sums(unit, rows)) is not None]
        had = {row.account_id for rows in found.values() for row in rows if row.year_before}
        units.sort(key=lambda one: (-one.concentration.accounts, one.unit))
        return Figures(at_start=len(had), units=units)

    def _open(self) -> dict[str, Any]:
        return {
            "nobody": NOBODY,
            "told": list(self.told),
            "alerts": [one.alerts for one in self.told.values()],
            "risks": [one.at_risk for one in self.told.values()],
        }

    def _all(self, query: str, **values: Any) -> Sequence[Any]:
        return self.session.execute(sa.text(query), values).all()


def _sums(unit: str, rows: Sequence[Any]) -> Sums | None:
    """A currency in figures, as it looks to who sees own accounts only."""
    bought = [row for row in rows if row.place is not None]
    total = sum((row.amount for row in bought), Decimal(0))
    found = [
        Standing(row.account_id, row.place, row.amount, row.before, total, ParetoClass(row.pareto))
        for row in bought
    ]
    # Of who stands below somebody else's account it is not kept what it bought in the year before.
    is_known = all(row.is_whole for row in rows)
    return sums(unit, found, [row.year_before or Decimal(0) for row in rows] if is_known else [])
