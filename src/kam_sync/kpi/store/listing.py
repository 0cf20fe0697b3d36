"""Reads accounts page by page in the order of a figure: name, what they bought, how long ago."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kam_sync.accounts.store import KEEPERS
from kam_sync.base.db import Session
from kam_sync.kpi.registry import HEALTH
from kam_sync.kpi.store.naming import NAMED, named_as

_REVENUE = "coalesce((SELECT max(s.alone) FROM standing s WHERE s.account_id = a.id), 0)"
_DAYS_OF = """
    LEFT JOIN series d ON d.account_id = {id} AND NOT d.of_group AND d.grain = 'month'
        AND d.kpi = 'days_since_last_won' AND d.unit = 'days'
"""
_DAYS = "coalesce(d.running, d.known[cardinality(d.known)])"
_HEALTH_OF = """
    LEFT JOIN LATERAL (
        SELECT y.scores[y.n] AS score, CASE WHEN y.ons[y.n - 1] = y.ons[y.n] - interval '1 month'
            THEN y.scores[y.n] - y.scores[y.n - 1] END AS change
        FROM (
            SELECT *, cardinality(x.ons) AS n FROM (
                SELECT CASE WHEN s.running IS NULL THEN s.ons ELSE s.ons || s.running_on END AS ons,
                    CASE WHEN s.running IS NULL THEN s.known ELSE s.known || s.running END AS scores
                FROM series s
                WHERE s.account_id = {id} AND NOT s.of_group AND s.grain = 'month'
                    AND s.kpi = :health
            ) x
        ) y WHERE y.ons[y.n] >= (SELECT first + interval '11 months' FROM standing_kept)
    ) h ON true
"""
"""Its newest score, as long as it is not of a month long ago, and by how much it has changed."""
_TOLD = """
    LEFT JOIN unnest(CAST(:told AS uuid[]), CAST(:alerts AS int[])) AS t(account_id, alerts)
        ON t.account_id = a.id
"""
_PAGE = """
    WITH {keeper} chosen AS (
        SELECT a.id, a.name, a.inn, a.is_active, {key} AS key, t.alerts FROM account a {joins}
        WHERE a.merged_into IS NULL AND {where}
        ORDER BY {key} {way}, a.id {way} LIMIT :limit
    )
    SELECT c.id, c.name, c.inn, c.is_active, c.key, coalesce(c.alerts, 0), {days}, h.score, h.change
    FROM chosen c {of_days} {of_health} ORDER BY c.key {way}, c.id {way}
"""
_BOUGHT = """
    SELECT account_id, unit, alone FROM standing
    WHERE account_id = ANY(:ids) AND alone <> 0 ORDER BY account_id, alone DESC
"""
_FILTERS = {
    "source_id": "a.id IN (SELECT account_id FROM account_link WHERE source_id = :source_id)",
    "owner": "a.id IN (SELECT account_id FROM keeper WHERE key = :owner)",
    "text": NAMED,
}


class ListedBy(StrEnum):
    """What the list is sorted by."""

    NAME = "name"
    REVENUE = "revenue"
    DAYS = "days"
    ALERTS = "alerts"
    HEALTH = "health"
    CHANGE = "change"


FIRST_UP = frozenset({ListedBy.NAME, ListedBy.HEALTH, ListedBy.CHANGE})
"""By these the least comes first where nobody turns it round; by the rest the most does."""
_KEYS = {
    ListedBy.NAME: "a.name",
    ListedBy.REVENUE: _REVENUE,
    ListedBy.DAYS: f"coalesce({_DAYS}, {{last}})",
    ListedBy.ALERTS: "coalesce(t.alerts, 0)",
    ListedBy.HEALTH: "coalesce(h.score, {last})",
    ListedBy.CHANGE: "coalesce(h.change, {last})",
}
_LAST = 10**9
"""What is not known comes last, whichever way it is sorted."""
_JOINS = {
    ListedBy.DAYS: _DAYS_OF,
    ListedBy.HEALTH: _HEALTH_OF,
    ListedBy.CHANGE: _HEALTH_OF,
}
"""What is needed of all accounts to sort them; else it is read of those of the page."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which accounts, and in which order; None and an empty text are all."""

    text: str = ""
    source_id: int | None = None
    owner: str = ""
    """The key of who looks after them."""
    is_active: bool | None = None
    has_alerts: bool | None = None
    by: ListedBy = ListedBy.NAME
    descending: bool = False
    after: tuple[Any, UUID] | None = None
    """What the last account of the page before was sorted by, and its id."""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """An account of the list."""

    id: UUID
    name: str
    inn: str | None
    is_active: bool
    key: Any
    """What it is sorted by."""
    alerts: int
    days: Decimal | None
    """Since it last won a deal."""
    health: Decimal | None
    """Its newest score by itself, without those below it."""
    change: Decimal | None
    """By how many points that is more than in the month before."""


def listed(session: Session, asked: Asked, alerts: Mapping[UUID, int]) -> list[Listed]:
    """A page of accounts, but those whose companies are in others now.

    Args:
        alerts: how many are open about which account.
    """
    key = _KEYS[asked.by].format(last=-_LAST if asked.descending else _LAST)
    where = [clause for name, clause in _FILTERS.items() if getattr(asked, name)]
    if asked.is_active is not None:
        where.append("a.is_active = :is_active")
    if asked.has_alerts is not None:
        where.append(f"(t.alerts IS NOT NULL) = {asked.has_alerts}")
    if asked.after is not None:
        where.append(f"({key}, a.id) {'<' if asked.descending else '>'} (:key, :id)")
    query = _PAGE.format(
        keeper=f"keeper AS ({KEEPERS.format(only='true')})," if asked.owner else "",
        key=key, way="DESC" if asked.descending else "ASC",
        joins=_TOLD + _JOINS.get(asked.by, "").format(id="a.id"),
        where=" AND ".join(where) or "true", days=_DAYS, of_days=_DAYS_OF.format(id="c.id"),
        of_health=_HEALTH_OF.format(id="c.id"),
    )  # fmt: skip
    at, after = asked.after or (None, None)
    values = {
        "told": list(alerts), "alerts": list(alerts.values()), "limit": asked.limit,
        "source_id": asked.source_id, "owner": asked.owner, "is_active": asked.is_active,
        "key": at, "id": after, "health": HEALTH, **named_as(asked.text),
    }  # fmt: skip
    return [Listed(*row) for row in session.execute(sa.text(query), values)]


def units_alone(session: Session) -> list[str]:
    """The currencies in which any account bought, without those below it, in twelve months."""
    query = "SELECT DISTINCT unit FROM standing WHERE alone <> 0 ORDER BY unit"
    return list(session.scalars(sa.text(query)))


def bought_alone(session: Session, ids: list[UUID]) -> dict[UUID, list[tuple[str, Decimal]]]:
    """What accounts bought in twelve whole months, each without those below it, by currency."""
    found: dict[UUID, list[tuple[str, Decimal]]] = {}
    for key, unit, amount in session.execute(sa.text(_BOUGHT), {"ids": ids}):
        found.setdefault(key, []).append((unit, amount))
    return found
