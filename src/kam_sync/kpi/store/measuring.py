"""Computes the series of KPIs set-wise in the database, and keeps what has changed of them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.kpi.definition import Function, Grain, Kpi
from kam_sync.kpi.periods import periods_until
from kam_sync.kpi.rates import BASE, LASTS_DAYS
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.store.adding import NotMeasured, on_trial
from kam_sync.kpi.store.alone import is_added
from kam_sync.kpi.store.executing import execute
from kam_sync.kpi.store.forecasting import ForecastingStore
from kam_sync.kpi.store.layout import (
    CALENDAR,
    OF_DUE,
    OF_GROUPS,
    OF_SCOPE,
    OF_SOME,
    TABLES,
    nouns_of,
    open_tables,
    statements,
)
from kam_sync.kpi.store.restating import forget, restate
from kam_sync.kpi.store.zones import OfZone
from kam_sync.kpi.workdays import Workdays

_log = structlog.get_logger("kam_sync.kpi")

_MEASURE = """
    INSERT INTO kpi_series
    SELECT f.account_id, :kpi, f.unit,
        coalesce(array_agg(f."on" ORDER BY f."on") FILTER (WHERE f."on" < :running), '{{}}'),
        coalesce(array_agg(CAST(f.value AS numeric(30, 4)) ORDER BY f."on")
            FILTER (WHERE f."on" < :running), '{{}}'),
        max(f."on") FILTER (WHERE f."on" = :running),
        max(f.value) FILTER (WHERE f."on" = :running)
    FROM ({formula}) f WHERE f.value IS NOT NULL GROUP BY f.account_id, f.unit
"""
_ROOM = "SELECT set_config('work_mem', '64MB', true)"
"""Until the commit: there are millions of rows to sort and to join."""
_AHEAD = timedelta(days=2 * 366)
"""So far ahead working days are counted, for plans that end then."""
_COMPARE = """
    CREATE TEMP TABLE kpi_changed ON COMMIT DROP AS
    SELECT n.*, o.ons AS old_ons, o.known AS old_known, o.reported AS old_reported
    FROM kpi_series n LEFT JOIN series o ON o.account_id = n.account_id AND o.kpi = n.kpi
        AND o.unit = n.unit AND o.of_group = :of_group AND o.grain = :grain
    WHERE o.account_id IS NULL
        OR (o.running_on, o.running) IS DISTINCT FROM (n.running_on, n.running)
        OR o.ons <> n.ons OR o.known <> n.known
"""
_KEEP = """
    WITH kept AS (
        INSERT INTO series (account_id, of_group, grain, kpi, unit, ons, known, reported,
            running_on, running, changed_at)
        SELECT account_id, :of_group, :grain, kpi, unit, ons, known, CASE
            WHEN old_ons IS NULL THEN known
            WHEN ons[1:cardinality(old_ons)] = old_ons
                THEN old_reported || known[cardinality(old_ons) + 1:]
            ELSE coalesce((
                SELECT array_agg(coalesce(o.value, n.value) ORDER BY n."on")
                FROM unnest(ons, known) AS n("on", value)
                LEFT JOIN unnest(old_ons, old_reported) AS o("on", value) USING ("on")
            ), '{}') END, running_on, running, :now
        FROM kpi_changed
        ON CONFLICT (account_id, of_group, grain, kpi, unit) DO UPDATE SET
            ons = excluded.ons, known = excluded.known, reported = excluded.reported,
            running_on = excluded.running_on, running = excluded.running,
            changed_at = excluded.changed_at
    )
    SELECT count(*), count(*) FILTER (WHERE old_ons IS NULL) FROM kpi_changed
"""
_HAS_ROWS = "SELECT '{table}' WHERE EXISTS (SELECT FROM {table})"
_NO_GROUPS = (
    "DELETE FROM series s WHERE s.of_group AND s.kpi = ANY(:kpis) AND {scope}",
    "DELETE FROM forecast s WHERE s.of_group AND s.kpi = ANY(:kpis) AND {scope}",
)
"""Where nobody is in a group any more there is nothing to lay out for."""


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose series are computed: by which companies, and which of them may vanish."""

    links: str
    scope: str
    of_group: bool = False
    learn: bool = False
    """These are the accounts that there is something to learn from."""


class MeasuringStore:
    """Computes and writes series of a time zone: of all its accounts or of those in kpi_scope."""

    def __init__(
        self,
        session: Session,
        of_zone: OfZone,
        now: datetime,
        workdays: Workdays,
        currency: str = "",
    ) -> None:
        self._session = session
        self._of_zone = of_zone
        self._now = now
        self._workdays = workdays
        self._currency = currency

    def of_all(self, kpis: Collection[Kpi]) -> Report:
        """Compute these KPIs of all accounts; how many series changed and vanished."""
        links = "account_link" if self._of_zone.is_all else "kpi_link"
        return self._of_accounts(kpis, "true", links, learn=self._of_zone.is_house)

    def of_some(self, kpis: Collection[Kpi]) -> Report:
        """The same of the accounts that are due."""
        return self._of_accounts(kpis, OF_SCOPE, "kpi_link")

    def _of_accounts(
        self, kpis: Collection[Kpi], only: str, links: str, *, learn: bool = False
    ) -> Report:
        if kpis and links == "kpi_link":
            only_links = only.format(account_id="l.account_id")
            self._lay_out("kpi_link", OF_SOME, holds="l.account_id", only=only_links)
        holds, due = self._of_zone.holds("s.account_id"), only.format(account_id="s.account_id")
        return self._compute(kpis, _Whose(links, f"{holds} AND {due}", learn=learn))

    def of_groups(self, kpis: Collection[Kpi], *, of_all: bool) -> Report:
        """The same of each account that has children: by all companies in it and below it."""
        report = Report("kpi").add(created=0, updated=0, removed=0)
        if not kpis:
            return report
        self._lay_out("kpi_group", OF_GROUPS, holds="b.top", only="true" if of_all else OF_DUE)
        holds = self._of_zone.holds("s.account_id")
        if self._session.scalar(sa.text("SELECT EXISTS (SELECT FROM kpi_group)")):
            some = "s.account_id IN (SELECT account_id FROM kpi_group)"
            return self._compute(kpis, _Whose("kpi_group", holds if of_all else some, True))
        if not of_all:
            return report
        ended = {"kpis": [kpi.key for kpi in kpis], "zone": self._of_zone.zone.key}
        gone = [self._run(drop.format(scope=holds), ended).rowcount for drop in _NO_GROUPS]
        return report.add(removed=gone[0])

    def _lay_out(self, table: str, statements: str, *, holds: str, only: str) -> None:
        """Make a table of companies: of accounts of the zone, and of these only some."""
        self._run(f"DROP TABLE IF EXISTS {table}")
        written = statements.format(holds=self._of_zone.holds(holds), only=only)
        for statement in written.split(";"):
            self._run(statement, {"zone": self._of_zone.zone.key})

    def _compute(self, kpis: Collection[Kpi], whose: _Whose) -> Report:
        report = Report("kpi").add(created=0, updated=0, removed=0)
        self._run(_ROOM)
        for grain in Grain:
            for some in in_turn([kpi for kpi in kpis if grain in kpi.grains]):
                report.counts.update(self._of_grain(some, whose, grain))
        return report

    def _of_grain(self, kpis: Sequence[Kpi], whose: _Whose, grain: Grain) -> dict[str, int]:
        formulas = [kpi.sql for kpi in kpis]
        values = moments(self._now, self._of_zone.zone, grain, self._workdays, formulas)
        values |= {"currency": self._currency, "base": BASE, "lasts_days": LASTS_DAYS}
        values["of_group"] = whose.of_group
        values["after"] = [key for kpi in kpis for key in kpi.after]
        self._run("SELECT set_config('timezone', :zone, true)", values)  # 90 days end at midnight
        self._run(f"DROP TABLE IF EXISTS {', '.join(TABLES)}")
        for statement in statements(whose.links, formulas, grain, converts=bool(self._currency)):
            self._run(statement, values)
        reads = {kpi.key: open_tables(kpi.sql) for kpi in kpis}
        # Of what there are no rows there is no value, and nothing to plan a query for.
        there = self._with_rows(frozenset().union(*reads.values()))
        some = [kpi for kpi in kpis if kpi.function or reads[kpi.key] & there]
        failed = {kpi.key for kpi in some if not self._measure(kpi, values, whose)}
        values["kpis"] = [key for key in reads if key not in failed]  # those stay as they were
        self._run("ANALYZE kpi_series")
        self._run(_COMPARE, values)
        self._run(restate(whose.scope, whose.links, of_group=whose.of_group), values)
        total, created = self._run(_KEEP, values).one()
        gone = self._run(forget(whose.scope), values).rowcount
        found = {"created": created, "updated": total - created, "removed": gone}
        return found | ({"failed": len(failed)} if failed else {})

    def _with_rows(self, tables: Collection[str]) -> set[str]:
        """Those of the open tables that have any."""
        asked = (_HAS_ROWS.format(table=table) for table in tables)
        return set(self._session.scalars(sa.text(" UNION ALL ".join(asked))))

    def _measure(self, kpi: Kpi, values: Mapping[str, Any], whose: _Whose) -> bool:
        """Compute a KPI; one that people have added may fail without harm to the others."""
        if not is_added(kpi):
            self._compute_one(kpi, kpi.formula, values, whose)
            return True
        try:
            with on_trial(self._session, kpi) as rows:
                self._compute_one(kpi, rows, values, whose)
        except NotMeasured as error:
            _log.warning("kpi not measured", kpi=kpi.key, message=str(error))
            return False
        return True

    def _compute_one(
        self, kpi: Kpi, formula: str, values: Mapping[str, Any], whose: _Whose
    ) -> None:
        if kpi.function is Function.PREDICTED_LTV:
            store = ForecastingStore(self._session)
            store.measure(kpi, formula, values, whose.scope, learn=whose.learn)
            return
        self._run(_MEASURE.format(formula=formula), {**values, "kpi": kpi.key})

    def _run(self, statement: str, values: Mapping[str, Any] = MappingProxyType({})) -> Any:
        return execute(self._session, statement, values)


def in_turn(kpis: Sequence[Kpi]) -> Iterator[list[Kpi]]:
    """KPIs in groups, each after those whose values it reads."""
    waiting = list(kpis)
    while waiting:
        keys = {kpi.key for kpi in waiting}
        ready = [kpi for kpi in waiting if not keys.intersection(kpi.after)]
        yield ready
        waiting = [kpi for kpi in waiting if kpi not in ready]


def moments(
    now: datetime, zone: ZoneInfo, grain: Grain, workdays: Workdays, formulas: Iterable[str]
) -> dict[str, Any]:
    """What the tables are laid out by that formulas read."""
    periods, days = periods_until(now, zone, grain), dict[date, int]()
    if any(CALENDAR in formula for formula in formulas):  # to count the days of years takes time
        days = workdays.numbered(periods[0].on, periods[-1].last_day + _AHEAD)
    counted = [(kpi, noun) for kpi in KPIS for noun in nouns_of(kpi)]
    return {
        "ons": [period.on for period in periods],
        "starts": [period.start_at for period in periods],
        "ends": [period.end_at for period in periods],
        "lasts": [period.last_day for period in periods],
        "untils": [period.until_day for period in periods],
        "days": list(days), "numbers": list(days.values()), "grain": grain.value,
        "zone": zone.key, "first": periods[0].on, "running": periods[-1].on, "now": now,
        "today": now.astimezone(zone).date(),
        "counting": [kpi for kpi, _ in counted], "counted": [noun for _, noun in counted],
    }  # fmt: skip
