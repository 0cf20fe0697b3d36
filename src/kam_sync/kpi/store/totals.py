"""Reads in which units there are series, for tables of accounts."""

import sqlalchemy as sa

from kam_sync.base.db import Session

_UNITS = """
    SELECT DISTINCT unit FROM series
    WHERE kpi = :kpi AND grain = 'month' AND NOT of_group ORDER BY unit
"""


class TotalStore:
    """Reads monthly series."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def units(self, kpi: str) -> list[str]:
        """The units that anybody has a KPI in."""
        return list(self._session.scalars(sa.text(_UNITS), {"kpi": kpi}))
