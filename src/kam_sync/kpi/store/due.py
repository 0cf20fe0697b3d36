"""Whose KPIs are to be measured anew: what has changed since the last time, and all once a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select

from kam_sync.base.db import Session, merge, table_of
from kam_sync.kpi.model import Kpi
from kam_sync.kpi.store.forecasting import ForecastingStore
from kam_sync.kpi.store.layout import inputs
from kam_sync.kpi.store.tables import MeasuredRow
from kam_sync.kpi.store.zones import OfZone, zones

_OF_ALL = frozenset({"account_link", "account_zone"})
"""What changes whose everything is."""
_MANY = 0.2
"""When more than this share of the accounts are due, all of them are measured."""

_TAKE = """
    CREATE TEMP TABLE kpi_taken ON COMMIT DROP AS SELECT * FROM kpi_due;
    DELETE FROM kpi_due d USING kpi_taken t WHERE t.id = d.id;
    CREATE TEMP TABLE kpi_scope ON COMMIT DROP AS
    SELECT t.account_id FROM kpi_taken t JOIN account a ON a.id = t.account_id
    UNION
    SELECT l.account_id FROM (
        SELECT source_id, external_id AS company FROM kpi_taken WHERE about_noun = 'company'
        UNION
        SELECT r.source_id, r.company_external_id FROM kpi_taken t JOIN contact r
            ON r.source_id = t.source_id AND r.external_id = t.external_id
        WHERE t.about_noun = 'contact'
        UNION
        SELECT r.source_id, r.company_external_id FROM kpi_taken t JOIN deal r
            ON r.source_id = t.source_id AND r.external_id = t.external_id
        WHERE t.about_noun = 'deal'
        UNION
        SELECT r.source_id, r.company_external_id FROM kpi_taken t JOIN customer r
            ON r.source_id = t.source_id AND r.external_id = t.external_id
        WHERE t.about_noun = 'customer'
    ) c JOIN account_link l ON l.source_id = c.source_id AND l.company_external_id = c.company;
    ANALYZE kpi_scope
"""
_COUNT = """
    SELECT (SELECT count(*) FROM kpi_scope) > :many * (SELECT count(*) FROM account)
"""


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be measured."""

    anew: list[Kpi]
    """Of all accounts: their definition has changed, or the day."""
    of_some: list[Kpi]
    """Of the accounts in the scope: what they are measured by has changed."""
    groups_changed: bool
    """Accounts have got other parents, so that all groups are due."""


class DueStore:
    """Takes what is due; its rows are gone with the commit of who has measured."""

    def __init__(self, session: Session, kpis: Mapping[str, Kpi]) -> None:
        self._session = session
        self._kpis = kpis
        self._house = ""
        self._nouns: set[str] = set()
        self._is_much = False

    def take(self, house: ZoneInfo) -> list[OfZone]:
        """Take all that is due, and leave the accounts that it is about in the table kpi_scope.

        Args:
            house: the time zone of accounts that have none of their own.

        Returns:
            the accounts of each time zone, those of the house first.
        """
        for statement in _TAKE.split(";"):
            self._session.execute(sa.text(statement))
        self._nouns = set(self._session.scalars(sa.text("SELECT DISTINCT noun FROM kpi_taken")))
        self._is_much = bool(self._session.scalar(sa.text(_COUNT), {"many": _MANY}))
        self._house, found = house.key, list(zones(self._session, house))
        zone, used = col(MeasuredRow.zone), [one.zone.key for one in found]
        self._session.execute(sa.delete(MeasuredRow).where(zone.not_in(used)))
        return found

    def of(self, zone: ZoneInfo, today: date) -> Due:
        """What of the taken is due in a time zone, where it is that day."""
        groups_changed = "account_parent" in self._nouns
        if self._is_much:
            return Due(list(self._kpis.values()), [], groups_changed)
        before, kpis = self._measured(zone), self._kpis.values()
        anew = [kpi for kpi in kpis if before.get(kpi.key) != (self._version(kpi), today)]
        touched = (kpi for kpi in kpis if groups_changed or self._nouns & self._changed_by(kpi))
        return Due(anew, [kpi for kpi in touched if kpi not in anew], groups_changed)

    def measured(self, done: Iterable[Kpi], zone: ZoneInfo, today: date) -> None:
        """Remember that some of the KPIs were measured of all accounts of a time zone."""
        rows = [(kpi.key, zone.key, self._version(kpi), today) for kpi in done]
        merge(self._session, table_of(MeasuredRow), ("kpi", "zone", "version", "today"), rows)

    def forget_others(self) -> int:
        """Drop what was measured of KPIs that there are no longer; how many series that were."""
        keys = {"keys": [*self._kpis]}
        gone = self._session.execute(
            sa.text("DELETE FROM kpi_measured WHERE kpi <> ALL(:keys) RETURNING kpi"), keys
        ).all()
        if not gone:
            return 0
        ForecastingStore(self._session).forget_others(self._kpis)
        forget = sa.text("DELETE FROM series WHERE kpi <> ALL(:keys) RETURNING kpi")
        return len(self._session.execute(forget, keys).all())

    def _version(self, kpi: Kpi) -> str:
        """How the KPI is computed, and whose days are those of the house."""
        return f"{self._computed(kpi)}@{self._house}"

    def _computed(self, kpi: Kpi) -> str:
        """How it and all whose values it reads are."""
        return "+".join((kpi.version, *(self._computed(self._kpis[key]) for key in kpi.after)))

    def _changed_by(self, kpi: Kpi) -> frozenset[str]:
        """The tables of the store that it, or one whose values it reads, is measured by."""
        read = (self._changed_by(self._kpis[key]) for key in kpi.after)
        return inputs(kpi.sql).union(_OF_ALL, *read)

    def _measured(self, zone: ZoneInfo) -> Mapping[str, tuple[str, date]]:
        rows = self._session.scalars(select(MeasuredRow).where(col(MeasuredRow.zone) == zone.key))
        return {row.kpi: (row.version, row.today) for row in rows}
