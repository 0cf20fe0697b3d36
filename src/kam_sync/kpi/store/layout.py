"""Lays out what the SQL of KPIs reads: the open tables, and the periods of accounts beside them.

periods          on, start_at, end_at, last_day, until_day, is_partial
                 the periods; the running one ends now, and its last day is still to come
calendar         day, worked            each day, and how many have been worked up to it
<table>          an open table, each row with account_id and the period of its days
<row>_periods    account_id, on, ...   each account with each period since its first row
<row>_money      account_id, currency, on   the same for each currency of its rows

What is made of these once more is in derived.py.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType

from kam_sync.kpi.definition import Grain
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.store import converting, derived
from kam_sync.kpi.store.derived import DERIVED
from kam_sync.kpi.store.open_table import OpenTable
from kam_sync.kpi.store.open_tables import OPEN_TABLES

OF_GROUPS = """
    CREATE TEMP TABLE kpi_group ON COMMIT DROP AS
    WITH RECURSIVE below AS (
        SELECT DISTINCT parent_id AS top, parent_id AS account_id FROM account_parent
        UNION
        SELECT b.top, p.account_id FROM below b JOIN account_parent p ON p.parent_id = b.account_id
    )
    SELECT l.source_id, l.company_external_id, b.top AS account_id
    FROM below b JOIN account_link l ON l.account_id = b.account_id
    WHERE {holds} AND {only};

    ANALYZE kpi_group
"""
"""The companies of each account that has children and of all below it, linked to that account."""
OF_DUE = "b.top IN (SELECT d.top FROM below d JOIN kpi_scope USING (account_id))"
"""Of groups alone that somebody is in who is due."""
OF_SOME = """
    CREATE TEMP TABLE kpi_link ON COMMIT DROP AS
    SELECT l.source_id, l.company_external_id, l.account_id
    FROM account_link l WHERE {holds} AND {only};

    ANALYZE kpi_link
"""
"""The companies of some accounts `l`."""
OF_SCOPE = "{account_id} IN (SELECT account_id FROM kpi_scope)"
"""Of those alone who are due."""

CALENDAR = "calendar"
TABLES = (
    "periods", CALENDAR, "kpi_about", "kpi_echo", "kpi_series", "kpi_changed", *DERIVED,
    *(
        name
        for table, spec in OPEN_TABLES.items()
        for name in (table, f"{spec.singular}_periods", f"{spec.singular}_money")
    ),
)  # fmt: skip

_PERIODS = """
    CREATE TEMP TABLE periods ON COMMIT DROP AS
    SELECT *, "on" = :running AS is_partial
    FROM unnest(CAST(:ons AS date[]), CAST(:starts AS timestamptz[]),
        CAST(:ends AS timestamptz[]), CAST(:lasts AS date[]), CAST(:untils AS date[])
    ) AS p("on", start_at, end_at, last_day, until_day)
"""
_CALENDAR = """
    CREATE TEMP TABLE calendar ON COMMIT DROP AS
    SELECT * FROM unnest(CAST(:days AS date[]), CAST(:numbers AS int[])) AS c(day, worked)
"""
_TABLE = """
    CREATE TEMP TABLE {table} ON COMMIT DROP AS SELECT r.*, {beside} FROM ({rows}) r
"""
_NEEDED = "CREATE TEMP TABLE {name} ON COMMIT DROP AS {rows}"
_PERIOD_OF = {
    "timestamptz": "date_trunc(:grain, r.{of} AT TIME ZONE :zone)::date",
    "date": "date_trunc(:grain, r.{of})::date",
}
_OF_PERIODS = """
    CREATE TEMP TABLE {singular}_periods ON COMMIT DROP AS
    SELECT a.account_id, p.*
    FROM (SELECT account_id, min("{first}") AS first_on FROM {table} GROUP BY account_id) a
    JOIN periods p ON p."on" >= a.first_on
"""
_OF_MONEY = """
    CREATE TEMP TABLE {singular}_money ON COMMIT DROP AS
    SELECT a.account_id, a.currency, p."on"
    FROM (SELECT account_id, currency, min("{first}") AS first_on
          FROM {table} GROUP BY account_id, currency) a
    JOIN periods p ON p."on" >= a.first_on
"""
_SERIES = """
    CREATE TEMP TABLE kpi_series (account_id uuid NOT NULL, kpi text, unit text NOT NULL,
        ons date[], known numeric(30, 4)[], running_on date, running numeric(30, 4)) ON COMMIT DROP
"""
_NAMES = re.compile(r"\b[a-z_]+\b")


def statements(
    links: str,
    formulas: Iterable[str],
    grain: Grain,
    given: Mapping[str, str] = MappingProxyType({}),
    *,
    converts: bool = False,
) -> Iterator[str]:
    """What lays out all that some formulas read.

    Args:
        links: the table that says which account a company counts for.
        given: queries for the rows of open tables, by table, instead of those in the store.
        converts: money is converted to `:currency` by the rate of its row's own day.
    """
    named = _named("\n".join(formulas))
    done: set[str] = set()
    yield from (_PERIODS, _SERIES, *(converting.RATES if converts else ()))
    if CALENDAR in named:
        yield from (_CALENDAR, "ANALYZE calendar")
    for table, spec in OPEN_TABLES.items():
        of_periods, of_money = f"{spec.singular}_periods", f"{spec.singular}_money"
        if not named & {table, of_periods, of_money}:
            continue
        if not given:
            yield from _needed(spec, links, done)
            done.update(spec.needs)
        rows = given.get(table, spec.rows.format(links=links))
        yield _laid_out(table, spec, converting.converted(rows, spec) if converts else rows)
        yield f"ANALYZE {table}"
        first, *_ = spec.periods
        for wanted, made in ((of_periods, _OF_PERIODS), (of_money, _OF_MONEY)):
            if wanted in named:
                yield made.format(table=table, singular=spec.singular, first=first)
                yield f"ANALYZE {wanted}"
    for name in (name for name in DERIVED if name in named):
        yield from derived.statements(name, grain)


def _needed(spec: OpenTable, links: str, done: Container[str]) -> Iterator[str]:
    """What its rows read that is not laid out yet."""
    for name, rows in spec.needs.items():
        if name not in done:
            yield from (_NEEDED.format(name=name, rows=rows.format(links=links)), f"ANALYZE {name}")


def open_tables(formula: str) -> frozenset[str]:
    """The open tables that a formula reads, by itself or by what is made of them."""
    named = _named(formula)
    return frozenset(
        table
        for table, spec in OPEN_TABLES.items()
        if named & {table, f"{spec.singular}_periods", f"{spec.singular}_money"}
    )


def inputs(formula: str) -> frozenset[str]:
    """The tables of the store that a formula is measured by."""
    found: set[str] = set()
    return frozenset(found.union(*(OPEN_TABLES[t].changed_by for t in open_tables(formula))))


@cache
def counted(formula: str) -> frozenset[str]:
    """Those of them whose records a formula counts: the nouns of these have to be all here."""
    read = (OPEN_TABLES[table] for table in open_tables(formula))
    return frozenset[str]().union(*(spec.counted or spec.changed_by for spec in read))


def nouns_of(kpi: str) -> frozenset[str]:
    """What has to be all here for a KPI, or one whose values it reads."""
    if kpi not in KPIS:
        return frozenset()
    found = KPIS[kpi]
    return counted(found.sql).union(*(nouns_of(key) for key in found.after))


def _named(formula: str) -> set[str]:
    """All tables that are to be laid out for it."""
    named = set(_NAMES.findall(formula))
    return named.union(*(DERIVED[name].of for name in named & DERIVED.keys()))


def _laid_out(table: str, spec: OpenTable, rows: str) -> str:
    beside = [
        *(f'{_period(spec, name)} AS "{name}"' for name in spec.periods),
        *(f'(r.{of} AT TIME ZONE :zone)::date AS "{name}"' for name, of in spec.days.items()),
    ]
    return _TABLE.format(table=table, beside=", ".join(beside), rows=rows)


def _period(spec: OpenTable, name: str) -> str:
    """The first day of the period that a column of a row lies in."""
    of = spec.periods[name]
    found = _PERIOD_OF[spec.columns[of]].format(of=of)
    return f"greatest({found}, :first)" if name in spec.carried else found
