"""Whose KPIs are to be measured anew: what has changed since the last time, and all once a day."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kam_sync.base.db import Session, merge, table_of
from kam_sync.kpi.model import Kpi
from kam_sync.kpi.store.forecasting import ForecastingStore
from kam_sync.kpi.store.layout import inputs
from kam_sync.kpi.store.tables import MeasuredRow

_OF_ALL = frozenset({"account_link"})
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

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        self._session = session
        self._zone = zone

    def take(self, kpis: Collection[Kpi], today: date) -> Due:
        """Take all that is due, and leave the accounts that it is about in the table kpi_scope."""
        for statement in _TAKE.split(";"):
            self._session.execute(sa.text(statement))
        nouns = set(self._session.scalars(sa.text("SELECT DISTINCT noun FROM kpi_taken")))
        groups_changed = "account_parent" in nouns
        if self._session.scalar(sa.text(_COUNT), {"many": _MANY}):
            return Due(list(kpis), [], groups_changed)
        before = self._measured()
        by_key = {kpi.key: kpi for kpi in kpis}
        anew = [kpi for kpi in kpis if before.get(kpi.key) != (self._version(kpi, by_key), today)]
        touched = (
            kpi for kpi in kpis if nouns & (_inputs(kpi, by_key) | _OF_ALL) or groups_changed
        )
        return Due(anew, [kpi for kpi in touched if kpi not in anew], groups_changed)

    def measured(self, done: Iterable[Kpi], kpis: Collection[Kpi], today: date) -> None:
        """Remember that some of the KPIs were measured of all accounts."""
        by_key = {kpi.key: kpi for kpi in kpis}
        rows = [(kpi.key, self._version(kpi, by_key), today) for kpi in done]
        merge(self._session, table_of(MeasuredRow), ("kpi", "version", "today"), rows)

    def forget_others(self, kpis: Collection[Kpi]) -> int:
        """Drop what was measured of KPIs that there are no longer; how many series that were."""
        keys = {"keys": [kpi.key for kpi in kpis]}
        gone = self._session.execute(
            sa.text("DELETE FROM kpi_measured WHERE kpi <> ALL(:keys) RETURNING kpi"), keys
        ).all()
        if not gone:
            return 0
        ForecastingStore(self._session).forget_others([kpi.key for kpi in kpis])
        forget = sa.text("DELETE FROM series WHERE kpi <> ALL(:keys) RETURNING kpi")
        return len(self._session.execute(forget, keys).all())

    def _version(self, kpi: Kpi, by_key: Mapping[str, Kpi]) -> str:
        """By what it is measured: another time zone moves the borders of all periods."""
        return f"{_said(kpi, by_key)}@{self._zone.key}"

    def _measured(self) -> Mapping[str, tuple[str, date]]:
        rows = self._session.scalars(sa.select(MeasuredRow))
        return {row.kpi: (row.version, row.today) for row in rows}


def _said(kpi: Kpi, by_key: Mapping[str, Kpi]) -> str:
    """How the KPI is computed, and all whose values it reads."""
    return "+".join((kpi.version, *(_said(by_key[key], by_key) for key in kpi.after)))


def _inputs(kpi: Kpi, by_key: Mapping[str, Kpi]) -> frozenset[str]:
    """The tables of the store that it, or one whose values it reads, is measured by."""
    return inputs(kpi.sql).union(*(_inputs(by_key[key], by_key) for key in kpi.after))
