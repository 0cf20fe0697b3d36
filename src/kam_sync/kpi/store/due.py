"""Whose KPIs are to be measured anew: what has changed since the last time, and all once a day."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select

from kam_sync.base.db import Session, merge, table_of
from kam_sync.kpi.definition import Kpi
from kam_sync.kpi.model import Cause
from kam_sync.kpi.store.forecasting import ForecastingStore
from kam_sync.kpi.store.layout import inputs, open_tables
from kam_sync.kpi.store.open_tables import EVERYONE, OPEN_TABLES
from kam_sync.kpi.store.tables import MeasuredRow
from kam_sync.kpi.store.zones import OfZone, zones

_OF_ALL = {"account_link": Cause.ACCOUNT, "account_zone": Cause.ZONE}
"""What changes whose everything is, and why what is measured is another value then."""
RATES = "exchange_rate"
"""What changes all money where it is converted."""
_MANY = 0.2
"""When more than this share of the accounts are due, all of them are measured."""

_TAKE = """
    CREATE TEMP TABLE kpi_taken ON COMMIT DROP AS SELECT * FROM kpi_due;
    DELETE FROM kpi_due d USING kpi_taken t WHERE t.id = d.id;
    CREATE TEMP TABLE kpi_why ON COMMIT DROP AS
    SELECT t.account_id, t.noun FROM kpi_taken t JOIN account a ON a.id = t.account_id
    UNION
    SELECT l.account_id, c.noun FROM (
        SELECT noun, source_id, external_id AS company FROM kpi_taken WHERE about_noun = 'company'
        UNION
        SELECT t.noun, r.source_id, r.company_external_id FROM kpi_taken t JOIN contact r
            ON r.source_id = t.source_id AND r.external_id = t.external_id
        WHERE t.about_noun = 'contact'
        UNION
        SELECT t.noun, r.source_id, r.company_external_id FROM kpi_taken t JOIN deal r
            ON r.source_id = t.source_id AND r.external_id = t.external_id
        WHERE t.about_noun = 'deal'
        UNION
        SELECT t.noun, r.source_id, r.company_external_id FROM kpi_taken t JOIN customer r
            ON r.source_id = t.source_id AND r.external_id = t.external_id
        WHERE t.about_noun = 'customer'
    ) c JOIN account_link l ON l.source_id = c.source_id AND l.company_external_id = c.company;
    CREATE TEMP TABLE kpi_scope ON COMMIT DROP AS SELECT DISTINCT account_id FROM kpi_why;
    ANALYZE kpi_why;
    ANALYZE kpi_scope;
    CREATE TEMP TABLE kpi_cause (kpi text, noun text, cause text) ON COMMIT DROP
"""
_COUNT = """
    SELECT (SELECT count(*) FROM kpi_scope) > :many * (SELECT count(*) FROM account)
"""
_CAUSES = """
    INSERT INTO kpi_cause
    SELECT * FROM unnest(CAST(:kpis AS text[]), CAST(:nouns AS text[]), CAST(:causes AS text[]))
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

    def __init__(self, session: Session, kpis: Mapping[str, Kpi], currency: str = "") -> None:
        self._session = session
        self._kpis = kpis
        self._currency = currency
        self._house = ""
        self._nouns: set[str] = set()
        self._is_much = False
        self._before: Mapping[tuple[str, str], tuple[str, date]] = {}

    def take(self, house: ZoneInfo) -> list[OfZone]:
        """Take all that is due, and leave the accounts that it is about in the table kpi_scope,
        and by the tables that have changed in kpi_why.

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
        self._before = self._measured()
        zone, used = col(MeasuredRow.zone), [one.zone.key for one in found]
        self._session.execute(sa.delete(MeasuredRow).where(zone.not_in(used)))
        return found

    def of(self, zone: ZoneInfo, today: date, *, by_everyone: bool = False) -> Due:
        """What of the taken is due in a time zone, where it is that day.

        The table kpi_cause has then of each KPI why values may change: by changes of which table,
        or of all accounts, where the table's name is empty.

        Args:
            by_everyone: those that read the values of all accounts, not the others.
        """
        groups_changed = "account_parent" in self._nouns
        self._say_causes(zone)
        kpis = [kpi for kpi in self._kpis.values() if self._by_everyone(kpi) == by_everyone]
        if self._is_much:
            return Due(kpis, [], groups_changed)
        before = {kpi.key: self._before.get((kpi.key, zone.key)) for kpi in kpis}
        anew = [
            kpi
            for kpi in kpis
            if before[kpi.key] != (self._version(kpi), today) or self._is_rated_anew(kpi)
        ]
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
        """How the KPI is computed, whose days are those of the house, and in which currency."""
        return "@".join((self._computed(kpi), self._house, self._currency))

    def _is_rated_anew(self, kpi: Kpi) -> bool:
        """Whether there is money in it that is to be converted anew."""
        return bool(self._currency) and RATES in self._nouns and self._has_money(kpi)

    def _has_money(self, kpi: Kpi) -> bool:
        """Whether it, or one whose values it reads, is measured by rows with money."""
        rows = (OPEN_TABLES[table].rate_of for table in open_tables(kpi.sql))
        return any(rows) or any(self._has_money(self._kpis[key]) for key in kpi.after)

    def _computed(self, kpi: Kpi) -> str:
        """How it and all whose values it reads are."""
        return "+".join((kpi.version, *(self._computed(self._kpis[key]) for key in kpi.after)))

    def _changed_by(self, kpi: Kpi) -> frozenset[str]:
        """The tables of the store that it, or one whose values it reads, is measured by."""
        read = (self._changed_by(self._kpis[key]) for key in kpi.after)
        return inputs(kpi.sql).union(_OF_ALL, *read)

    def _by_everyone(self, kpi: Kpi) -> bool:
        """Whether it, or one whose values it reads, is measured by the values of all accounts."""
        read = (self._by_everyone(self._kpis[key]) for key in kpi.after)
        return EVERYONE in open_tables(kpi.sql) or any(read)

    def _measured(self) -> Mapping[tuple[str, str], tuple[str, date]]:
        rows = self._session.scalars(select(MeasuredRow))
        return {(row.kpi, row.zone): (row.version, row.today) for row in rows}

    def _say_causes(self, zone: ZoneInfo) -> None:
        rows = [
            (kpi.key, noun, cause.value)
            for kpi in self._kpis.values()
            for noun, cause in (
                *((table, _OF_ALL.get(table, Cause.FACTS)) for table in self._changed_by(kpi)),
                *(("", cause) for cause in self._of_itself(kpi, zone)),
            )
        ]
        kpis, nouns, causes = (list(column) for column in zip(*rows, strict=True))
        self._session.execute(sa.text("TRUNCATE kpi_cause"))  # of the zone before
        self._session.execute(sa.text(_CAUSES), {"kpis": kpis, "nouns": nouns, "causes": causes})

    def _of_itself(self, kpi: Kpi, zone: ZoneInfo) -> Iterator[Cause]:
        """Why all its values may be others than when it was measured before."""
        before = {
            of: row[0].split("@") for (key, of), row in self._before.items() if key == kpi.key
        }
        if not before:
            return
        if any(computed != self._computed(kpi) for computed, _, _ in before.values()):
            yield Cause.DEFINITION
        _, house, currency = before.get(zone.key, ("", "", self._currency))
        if house != self._house:
            yield Cause.ZONE
        if (currency != self._currency and self._has_money(kpi)) or self._is_rated_anew(kpi):
            yield Cause.RATE
