"""Reads the rows that a value of a KPI is made of, or those that its definition reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kam_sync.base.db import Session
from kam_sync.kpi.definition import Kpi, Measure
from kam_sync.kpi.store.executing import execute
from kam_sync.kpi.store.layout import open_tables
from kam_sync.kpi.store.open_tables import FACT_ROWS, OPEN_TABLES
from kam_sync.kpi.store.rated import of_unit, rated, values
from kam_sync.kpi.store.rows import ROWS
from kam_sync.kpi.tracing import Input, Part, Read, Record, Sum

_SUMS = """{rated}
    SELECT coalesce(r.noun, ''), count(*), coalesce(sum(r.worth), 0), coalesce(sum(r.below), 0)
    FROM rated r WHERE {of_unit} GROUP BY 1 ORDER BY 1
"""
_PARTS = """{rated}
    SELECT r.noun, r.source_id, r.external_id, coalesce(r.product_name, '') AS name, r.day,
        r.amount, r.divisor, r.currency, CASE WHEN r.unit = r.currency THEN NULL ELSE r.rate END,
        r.worth
    FROM rated r WHERE {of_unit}
    ORDER BY abs(r.worth) DESC NULLS LAST, r.noun, r.source_id, r.external_id, r.product
    LIMIT :limit OFFSET :skip
"""
_LINKS = "(SELECT * FROM account_link WHERE account_id = :account)"
_DAY_OF = {
    "deals": "(coalesce(closed_at, opened_at) AT TIME ZONE :zone)::date",
    "invoices": "issued",
    "tasks": "(created_at AT TIME ZONE :zone)::date",
    "activities": "(at AT TIME ZONE :zone)::date",
}
_MONEY = ("amount", "quantity", "target", "score")
_KNOWN = """
    SELECT '{table}' AS "table", {noun} AS noun, source_id, external_id, {day} AS day,
        {amount} AS amount, {currency} AS currency
    FROM ({rows}) k
"""
_READS = """
    SELECT "table", count(*) FILTER (WHERE day >= :first), count(*) FILTER (WHERE day < :first)
    FROM known WHERE day <= :last AND {of_unit} GROUP BY 1 ORDER BY 1
"""
_INPUTS = """
    SELECT "table", noun, source_id, external_id, day, amount, currency, day >= :first
    FROM known WHERE day <= :last AND {of_unit}
    ORDER BY day DESC, "table", source_id, external_id LIMIT :limit OFFSET :skip
"""
OF_NO_RECORDS = frozenset({"points", "everyone"})
"""Open tables that are made of values and not of records."""

OPEN_NOUNS: Mapping[str, str] = {name: table.singular for name, table in OPEN_TABLES.items()}
"""What the rows of an open table are called one by one."""


@dataclass(frozen=True, slots=True)
class Of:
    """Which value: of which account, in which unit and month."""

    account_id: UUID
    kpi: Kpi
    unit: str
    on: date


class TraceStore:
    """Reads rows of an account as of the moment that it was measured at."""

    def __init__(self, session: Session, zone: ZoneInfo, now: datetime, currency: str = "") -> None:
        self._session = session
        self._zone = zone
        self._now = now
        self._currency = currency

    def sums(self, of: Of) -> list[Sum]:
        """What the rows of each noun come to; of a KPI with `ROWS`."""
        return [Sum(*row) for row in self._rated(_SUMS, of)]

    def parts(self, of: Of, *, limit: int, skip: int = 0) -> list[Part]:
        """The rows that make the value, the largest first."""
        found = self._rated(_PARTS, of, limit=limit, skip=skip)
        return [Part(Record(*row[:4]), *row[4:]) for row in found]

    def reads(self, of: Of) -> list[Read]:
        """How many rows of each open table the definition reads: in the period, and before it."""
        found = {name: (within, before) for name, within, before in self._known(_READS, of)}
        names = (name for name in OPEN_TABLES if name in open_tables(of.kpi.sql) - OF_NO_RECORDS)
        return [Read(name, *found.get(name, (0, 0))) for name in names]

    def inputs(self, of: Of, *, limit: int, skip: int = 0) -> list[Input]:
        """These rows, the latest first."""
        found = self._known(_INPUTS, of, limit=limit, skip=skip)
        return [Input(row[0], Record(*row[1:4]), *row[4:]) for row in found]

    def _rated(self, query: str, of: Of, **more: int) -> Any:
        rows = ROWS[of.kpi.key]
        return self._run(query.format(rated=rated(rows), of_unit=of_unit(rows)), of, more)

    def _known(self, query: str, of: Of, **more: int) -> Any:
        tables = sorted(open_tables(of.kpi.sql) - OF_NO_RECORDS)
        if not tables:
            return []
        needs = {
            name: rows.format(links=_LINKS)
            for table in tables
            for name, rows in OPEN_TABLES[table].needs.items()
        }
        needs["known"] = " UNION ALL ".join(_rows(table) for table in tables)
        written = ", ".join(f"{name} AS MATERIALIZED ({rows})" for name, rows in needs.items())
        # Money that is not converted is counted in each currency by itself.
        is_own = of.kpi.measure is Measure.MONEY and not self._currency
        which = "(currency IS NULL OR currency = :unit)" if is_own else "true"
        return self._run(f"WITH {written} {query.format(of_unit=which)}", of, more)

    def _run(self, query: str, of: Of, more: Mapping[str, int]) -> Any:
        asked = values([of.on], self._zone, self._currency, self._now)
        return execute(
            self._session, query, {**asked, **more, "account": of.account_id, "unit": of.unit}
        )


def _rows(table: str) -> str:
    """The rows of an open table, each with its record."""
    spec = OPEN_TABLES[table]
    money = next((name for name in _MONEY if name in spec.columns), None)
    has_currency = money is not None and "currency" in spec.columns
    said = {
        "table": table, "amount": f"{money}::numeric" if money else "NULL::numeric",
        "currency": "currency" if has_currency else "NULL",
    }  # fmt: skip
    if table in _DAY_OF:
        rows = spec.rows.replace("/*", "").replace("*/", "").format(links=_LINKS)
        noun = "noun" if " AS noun" in spec.rows else f"'{spec.singular}'"
        return _KNOWN.format(**said, noun=noun, day=_DAY_OF[table], rows=rows)
    day = next(iter(spec.periods.values()))
    rows = FACT_ROWS.format(table=spec.singular, day=day, columns="f.*").format(links=_LINKS)
    return _KNOWN.format(**said, noun=f"'{spec.singular}'", day=day, rows=rows)
