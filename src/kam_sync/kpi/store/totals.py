"""Reads what series of some accounts come to, for tables of accounts."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kam_sync.base.db import Session

_OF = "s.kpi = :kpi AND s.grain = 'month' AND NOT s.of_group"
_UNITS = f"SELECT DISTINCT s.unit FROM series s WHERE {_OF} ORDER BY s.unit"  # noqa: S608 - ours
_SUMS = f"""
    SELECT s.account_id, s.unit, coalesce((
        SELECT sum(p.value) FROM unnest(s.ons, s.known) AS p(day, value) WHERE p.day >= :first
    ), 0) + CASE WHEN s.running_on >= :first THEN coalesce(s.running, 0) ELSE 0 END
    FROM series s WHERE {_OF} AND s.account_id = ANY(:accounts)
"""  # noqa: S608 - ours
_NEWEST = f"""
    SELECT s.account_id, coalesce(s.running, s.known[cardinality(s.known)])
    FROM series s WHERE {_OF} AND s.account_id = ANY(:accounts)
"""  # noqa: S608 - ours


class TotalStore:
    """Reads monthly series."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def units(self, kpi: str) -> list[str]:
        """The units that anybody has a KPI in."""
        return list(self._session.scalars(sa.text(_UNITS), {"kpi": kpi}))

    def sums(
        self, accounts: Collection[UUID], kpi: str, *, first: date
    ) -> dict[tuple[UUID, str], Decimal]:
        """What the months of a KPI come to since one, that which runs among them."""
        found = self._rows(_SUMS, kpi=kpi, accounts=list(accounts), first=first)
        return {(account, unit): amount for account, unit, amount in found}

    def newest(self, accounts: Collection[UUID], kpi: str) -> dict[UUID, Decimal]:
        """The newest value of a KPI that has one unit."""
        return dict(self._rows(_NEWEST, kpi=kpi, accounts=list(accounts)))

    def _rows(self, query: str, **values: Any) -> Any:
        return self._session.execute(sa.text(query), values).all()
