"""Reads in which units there are series, for tables of accounts."""

import sqlalchemy as sa

from kam_sync.base.db import Session

_OF = "s.kpi = :kpi AND s.grain = 'month' AND NOT s.of_group"
_UNITS = f"SELECT DISTINCT s.unit FROM series s WHERE {_OF} ORDER BY s.unit"  # noqa: S608 - ours


class TotalStore:
    """Reads monthly series."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def units(self, kpi: str) -> list[str]:
        """The units that anybody has a KPI in."""
        return list(self._session.scalars(sa.text(_UNITS), {"kpi": kpi}))
