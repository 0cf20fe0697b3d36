"""Whose days are counted in which time zone: those of the house, or of an account's own one."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kam_sync.base.db import Session

_ELSEWHERE = (
    "CREATE TEMP TABLE kpi_zone ON COMMIT DROP AS "
    "SELECT account_id, zone FROM own_zone WHERE zone <> :house",
    "ANALYZE kpi_zone",
)
_NOWHERE_ELSE = "{account_id} NOT IN (SELECT account_id FROM kpi_zone)"
_THERE = "{account_id} IN (SELECT account_id FROM kpi_zone WHERE zone = :zone)"


@dataclass(frozen=True, slots=True)
class OfZone:
    """The accounts whose days are counted in one time zone."""

    zone: ZoneInfo
    is_house: bool = True
    """They are those that have none of their own."""
    is_all: bool = True
    """No account has another one."""

    def holds(self, account_id: str) -> str:
        """Whether an account, named in SQL, is one of them; `:zone` is the zone."""
        if self.is_all:
            return "true"
        if self.is_house:
            return _NOWHERE_ELSE.format(account_id=account_id)
        return _THERE.format(account_id=account_id)


def zones(session: Session, house: ZoneInfo) -> Iterator[OfZone]:
    """The accounts of the house's zone first, then those of each other one."""
    for statement in _ELSEWHERE:
        session.execute(sa.text(statement), {"house": house.key} if ":" in statement else {})
    others = session.scalars(sa.text("SELECT DISTINCT zone FROM kpi_zone ORDER BY zone")).all()
    yield OfZone(house, is_all=not others)
    for name in others:
        yield OfZone(ZoneInfo(name), is_house=False, is_all=False)
