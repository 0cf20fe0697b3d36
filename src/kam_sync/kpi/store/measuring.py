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
from kam_sync.kpi.model import Function, Grain, Kpi
from kam_sync.kpi.periods import periods_until
from kam_sync.kpi.registry import OURS
from kam_sync.kpi.store.executing import execute
from kam_sync.kpi.store.forecasting import ForecastingStore
from kam_sync.kpi.store.layout import (
    CALENDAR,
    OF_DUE,
    OF_GROUPS,
    OF_SCOPE,
    TABLES,
    open_tables,
    statements,
)
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
_RESTATE = """
    INSERT INTO restatement (account_id, of_group, grain, kpi, unit, "on", was, now, at)
    SELECT c.account_id, :of_group, :grain, c.kpi, c.unit, p."on", p.was, p.now, :now
    FROM kpi_changed c CROSS JOIN LATERAL (
        SELECT "on", o.value AS was, n.value AS now
        FROM unnest(c.old_ons, c.old_known) AS o("on", value)
        FULL JOIN unnest(c.ons, c.known) AS n("on", value) USING ("on")
        WHERE o.value IS DISTINCT FROM n.value
    ) p
    WHERE p."on" <= c.old_ons[cardinality(c.old_ons)] AND p."on" < :running
        AND c.old_known <> c.known[1:cardinality(c.old_known)]
    ORDER BY 1, 4, 5, 6
"""
"""Who is measured for the first time, or has one more whole period, is not restated; nor is what
lies after the moment that all is measured as of."""
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
_FORGET = """
    DELETE FROM series s
    WHERE s.of_group = :of_group AND s.grain = :grain AND s.kpi = ANY(:kpis) AND {scope}
        AND NOT EXISTS (
            SELECT FROM kpi_series n
            WHERE n.account_id = s.account_id AND n.kpi = s.kpi AND n.unit = s.unit)
"""


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose series are computed: by which companies, and which of them may vanish."""

    links: str
    scope: str
    of_group: bool = False


_ALL = _Whose("account_link", "true")
_SOME = _Whose("kpi_link", "s.account_id IN (SELECT account_id FROM kpi_scope)")
_ALL_GROUPS = _Whose("kpi_group", "true", of_group=True)
_SOME_GROUPS = _Whose(
    "kpi_group", "s.account_id IN (SELECT account_id FROM kpi_group)", of_group=True
)


class MeasuringStore:
    """Computes and writes series, of all accounts or of those in the table kpi_scope."""

    def __init__(self, session: Session, zone: ZoneInfo, now: datetime, workdays: Workdays) -> None:
        self._session = session
        self._zone = zone
        self._now = now
        self._workdays = workdays

    def of_all(self, kpis: Collection[Kpi]) -> Report:
        """Compute these KPIs of all accounts; how many series changed and vanished."""
        return self._compute(kpis, _ALL)

    def of_some(self, kpis: Collection[Kpi]) -> Report:
        """The same of the accounts that are due."""
        if kpis:
            for statement in OF_SCOPE.split(";"):
                self._run(statement)
        return self._compute(kpis, _SOME)

    def of_groups(self, kpis: Collection[Kpi], *, of_all: bool) -> Report:
        """The same of each account that has children: by all companies in it and below it."""
        whose = _ALL_GROUPS if of_all else _SOME_GROUPS
        if not kpis:
            return self._compute(kpis, whose)
        self._run("DROP TABLE IF EXISTS kpi_group")
        for statement in OF_GROUPS.format(only="true" if of_all else OF_DUE).split(";"):
            self._run(statement)
        if self._session.scalar(sa.text("SELECT EXISTS (SELECT FROM kpi_group)")):
            return self._compute(kpis, whose)
        ended = [kpi.key for kpi in kpis] if of_all else []  # nothing to lay out for
        ForecastingStore(self._session).forget_groups(ended)
        forget = "DELETE FROM series WHERE of_group AND kpi = ANY(:kpis)"
        gone = self._run(forget, {"kpis": ended})
        return Report("kpi").add(created=0, updated=0, removed=gone.rowcount)

    def _compute(self, kpis: Collection[Kpi], whose: _Whose) -> Report:
        report = Report("kpi").add(created=0, updated=0, removed=0)
        for grain in Grain:
            for some in in_turn([kpi for kpi in kpis if grain in kpi.grains]):
                report.counts.update(self._of_grain(some, whose, grain))
        return report

    def _of_grain(self, kpis: Sequence[Kpi], whose: _Whose, grain: Grain) -> dict[str, int]:
        formulas = [kpi.sql for kpi in kpis]
        values = moments(self._now, self._zone, grain, self._workdays, formulas)
        values["of_group"] = whose.of_group
        values["after"] = [key for kpi in kpis for key in kpi.after]
        self._run(f"DROP TABLE IF EXISTS {', '.join(TABLES)}")
        for statement in statements(whose.links, formulas, grain):
            self._run(statement, values)
        reads = {kpi.key: open_tables(kpi.sql) for kpi in kpis}
        # Of what there are no rows there is no value, and nothing to plan a query for.
        there = self._with_rows(frozenset().union(*reads.values()))
        some = [kpi for kpi in kpis if kpi.function or reads[kpi.key] & there]
        failed = {kpi.key for kpi in some if not self._measure(kpi, values, whose)}
        values["kpis"] = [key for key in reads if key not in failed]  # those stay as they were
        self._run("ANALYZE kpi_series")
        self._run(_COMPARE, values)
        self._run(_RESTATE, values)
        total, created = self._run(_KEEP, values).one()
        gone = self._run(_FORGET.format(scope=whose.scope), values).rowcount
        found = {"created": created, "updated": total - created, "removed": gone}
        return found | ({"failed": len(failed)} if failed else {})

    def _with_rows(self, tables: Collection[str]) -> set[str]:
        """Those of the open tables that have any."""
        asked = (_HAS_ROWS.format(table=table) for table in tables)
        return set(self._session.scalars(sa.text(" UNION ALL ".join(asked))))

    def _measure(self, kpi: Kpi, values: Mapping[str, Any], whose: _Whose) -> bool:
        """Compute a KPI; one that people have added may fail without harm to the others."""
        if kpi.key in OURS:
            self._compute_one(kpi, values, whose)
            return True
        try:
            with self._session.begin_nested():
                self._compute_one(kpi, values, whose)
        except sa.exc.DBAPIError as error:
            _log.warning("kpi not measured", kpi=kpi.key, message=str(error.orig))
            return False
        return True

    def _compute_one(self, kpi: Kpi, values: Mapping[str, Any], whose: _Whose) -> None:
        if kpi.function is Function.PREDICTED_LTV:
            store = ForecastingStore(self._session)
            store.measure(kpi, values, whose.scope, learn=whose is _ALL)
            return
        self._run(_MEASURE.format(formula=kpi.sql), {**values, "kpi": kpi.key})

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
    return {
        "ons": [period.on for period in periods],
        "starts": [period.start_at for period in periods],
        "ends": [period.end_at for period in periods],
        "lasts": [period.last_day for period in periods],
        "untils": [period.until_day for period in periods],
        "days": list(days), "numbers": list(days.values()), "grain": grain.value,
        "zone": zone.key, "first": periods[0].on, "running": periods[-1].on, "now": now,
        "today": now.astimezone(zone).date(),
    }  # fmt: skip
