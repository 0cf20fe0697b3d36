"""Lays out what the SQL of KPIs reads: the open tables, and the periods of accounts beside them.

periods          zone, on, start_at, end_at, first_day, last_day, until_day, is_partial
                 the periods; the running one ends now, and its last day is still to come
<table>          an open table, each row with account_id and the period of its days
<row>_periods    account_id, on, ...   each account with each period since its first row
<row>_money      account_id, currency, on   the same for each currency of its rows
closed_deals     account_id, currency, on, outcome, amount, opened_at, closed_at
                 each closed deal in each period that it counts as recent for: closed within
                 the 90 days before the period's end
won_years        account_id, member_id, currency, on, this_year, year_before
                 what each member of an account won in the year before a period's end, and in
                 the year before that; whole periods alone, from the account's second year on
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from kam_sync.kpi.model import Grain
from kam_sync.kpi.store.open_tables import OPEN_TABLES, OpenTable

OF_GROUPS = """
    CREATE TEMP TABLE kpi_group ON COMMIT DROP AS
    WITH RECURSIVE below AS (
        SELECT DISTINCT parent_id AS top, parent_id AS account_id FROM account_parent
        UNION
        SELECT b.top, p.account_id FROM below b JOIN account_parent p ON p.parent_id = b.account_id
    )
    SELECT l.source_id, l.company_external_id, b.top AS account_id
    FROM below b JOIN account_link l ON l.account_id = b.account_id
    WHERE {only};

    ANALYZE kpi_group
"""
"""The companies of each account that has children and of all below it, linked to that account."""
OF_DUE = "b.top IN (SELECT d.top FROM below d JOIN kpi_scope USING (account_id))"
"""Of groups alone that somebody is in who is due."""
OF_SCOPE = """
    CREATE TEMP TABLE kpi_link ON COMMIT DROP AS
    SELECT l.source_id, l.company_external_id, l.account_id
    FROM account_link l JOIN kpi_scope s ON s.account_id = l.account_id;

    ANALYZE kpi_link
"""
"""The companies of those who are due."""

TABLES = (
    "periods", "kpi_about", "kpi_echo", "closed_deals", "won_years", "kpi_series", "kpi_changed",
    *(
        name
        for table, spec in OPEN_TABLES.items()
        for name in (table, f"{spec.singular}_periods", f"{spec.singular}_money")
    ),
)  # fmt: skip

_PERIODS = """
    CREATE TEMP TABLE periods ON COMMIT DROP AS
    SELECT * FROM unnest(CAST(:ons AS date[]), CAST(:starts AS timestamptz[]),
        CAST(:ends AS timestamptz[]), CAST(:lasts AS date[]), CAST(:untils AS date[])
    ) AS p("on", start_at, end_at, last_day, until_day)
"""
_TABLE = """
    CREATE TEMP TABLE {table} ON COMMIT DROP AS SELECT r.*, {beside} FROM ({rows}) r
"""
_PERIOD_OF = {
    "timestamptz": "greatest(date_trunc(:grain, r.{of} AT TIME ZONE :zone)::date, :first)",
    "date": "greatest(date_trunc(:grain, r.{of})::date, :first)",
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
_CLOSED = """
    CREATE TEMP TABLE closed_deals ON COMMIT DROP AS
    SELECT d.account_id, d.currency, p."on", d.outcome, d.amount, d.opened_at, d.closed_at
    FROM deals d
    CROSS JOIN generate_series(0, {count}) AS later(steps)
    JOIN periods p ON p."on" = (d.closed_on + later.steps * interval '{step}')::date
    WHERE d.outcome <> 'open' AND d.closed_at >= p.end_at - interval '90 days'
        AND d.closed_at < p.end_at
"""
_WINDOW = {
    Grain.DAY: (90, "1 day"),
    Grain.WEEK: (13, "7 days"),
    Grain.MONTH: (3, "1 month"),
    Grain.QUARTER: (1, "3 months"),
}
"""How many periods after that of its closing a deal may be recent in, and how long one is."""
_YEARS = """
    CREATE TEMP TABLE won_years ON COMMIT DROP AS
    SELECT account_id, member_id, currency, "on", this_year, year_before
    FROM (
        SELECT account_id, member_id, currency, "on", row_number() OVER w AS place,
            sum(amount) OVER (w ROWS BETWEEN {year} - 1 PRECEDING AND CURRENT ROW) AS this_year,
            sum(amount) OVER (w ROWS BETWEEN 2 * {year} - 1 PRECEDING AND {year} PRECEDING)
                AS year_before
        FROM (
            SELECT account_id, member_id, currency, "on", coalesce(sum(amount), 0) AS amount
            FROM (
                SELECT account_id, member_id, currency, closed_on AS "on", amount
                FROM deals WHERE outcome = 'won' AND closed_at >= opened_at
                UNION ALL
                SELECT m.account_id, m.member_id, m.currency, p."on", 0
                FROM (
                    SELECT account_id, member_id, currency,
                        min(min(opened_on)) OVER (PARTITION BY account_id) AS first_on
                    FROM deals GROUP BY account_id, member_id, currency
                ) m JOIN periods p ON p."on" >= m.first_on
            ) won
            GROUP BY account_id, member_id, currency, "on"
        ) one_by_one
        WINDOW w AS (PARTITION BY account_id, member_id, currency ORDER BY "on")
    ) years
    WHERE place >= 2 * {year} AND "on" < :running
"""
_YEAR = {Grain.DAY: 365, Grain.WEEK: 52, Grain.MONTH: 12, Grain.QUARTER: 4}
"""How many periods a year is."""
_OF_DEALS = frozenset({"closed_deals", "won_years"})
"""What is made of the deals beside their periods."""
_SERIES = """
    CREATE TEMP TABLE kpi_series (account_id uuid, kpi text, unit text, ons date[],
        known numeric(30, 4)[], running_on date, running numeric(30, 4)) ON COMMIT DROP
"""
_NAMES = re.compile(r"\b[a-z_]+\b")


def statements(
    links: str,
    formulas: Iterable[str],
    grain: Grain,
    given: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[str]:
    """What lays out all that some formulas read.

    Args:
        links: the table that says which account a company counts for.
        given: queries for the rows of open tables, by table, instead of those in the store.
    """
    named = {name for formula in formulas for name in _NAMES.findall(formula)}
    done: set[str] = set()
    yield from (_PERIODS, _SERIES)
    for table, spec in OPEN_TABLES.items():
        of_periods, of_money = f"{spec.singular}_periods", f"{spec.singular}_money"
        of_deals = named & _OF_DEALS if table == "deals" else frozenset()
        if not (of_deals or named & {table, of_periods, of_money}):
            continue
        if not given:
            yield from (need.format(links=links) for need in spec.needs if need not in done)
            done.update(spec.needs)
        yield _laid_out(table, spec, given.get(table, spec.rows.format(links=links)))
        yield f"ANALYZE {table}"
        first, *_ = spec.periods
        for wanted, made in ((of_periods, _OF_PERIODS), (of_money, _OF_MONEY)):
            if wanted in named:
                yield made.format(table=table, singular=spec.singular, first=first)
                yield f"ANALYZE {wanted}"
        if "closed_deals" in of_deals:
            count, step = _WINDOW[grain]
            yield _CLOSED.format(count=count, step=step)
            yield "ANALYZE closed_deals"
        if "won_years" in of_deals:
            yield _YEARS.format(year=_YEAR[grain])
            yield "ANALYZE won_years"


def inputs(formula: str) -> frozenset[str]:
    """The tables of the store that a formula is measured by."""
    named = set(_NAMES.findall(formula))
    found: set[str] = set()
    for table, spec in OPEN_TABLES.items():
        names = {table, f"{spec.singular}_periods", f"{spec.singular}_money"}
        if named & (names | (_OF_DEALS if table == "deals" else set())):
            found |= spec.changed_by
    return frozenset(found)


def _laid_out(table: str, spec: OpenTable, rows: str) -> str:
    beside = [
        *(
            f'{_PERIOD_OF[spec.columns[of]].format(of=of)} AS "{name}"'
            for name, of in spec.periods.items()
        ),
        *(f'(r.{of} AT TIME ZONE :zone)::date AS "{name}"' for name, of in spec.days.items()),
    ]
    return _TABLE.format(table=table, beside=", ".join(beside), rows=rows)
