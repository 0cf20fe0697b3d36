"""Tables that are made of the open tables once more, for what several KPIs ask of them.

closed_deals     account_id, currency, on, outcome, amount, opened_at, closed_at
                 each closed deal in each period that it counts as recent for: closed within
                 the 90 days before the period's end
won_years        account_id, member_id, currency, on, this_year, year_before
                 what each member of an account won in the year before a period's end, and in
                 the year before that; whole periods alone, from the account's second year on
running_plans    account_id, kpi, on, starts_on, ends_on, until_day, target, currency, fact
                 the shortest plan of whole months that runs in each period, and what its KPI has
                 come to since it began; of a plan without a currency, where there is one alone.
                 Plans for the same months add up, where all are in one currency
open_invoices    account_id, currency, on, issued, amount, days_open, days_overdue
                 each invoice in each period at whose end something of it was still to be paid, by
                 payments of the same source and currency
owed             account_id, currency, on, amount, not_due, late_30, late_60, late_90, late_more
                 what was open at the end of each period, and of that by days overdue: none,
                 up to 30, 60 and 90, and more; no row where nothing was
counted_receivables  account_id, currency, on, amount, overdue
                 balances as they were last counted in a period, where the account has no
                 invoices in that currency; overdue is null where a balance does not say it
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kam_sync.kpi.definition import Grain


@dataclass(frozen=True, slots=True)
class Derived:
    """One of them: the open tables that it is made of, and how."""

    of: frozenset[str]
    made: str


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
_OPEN_INVOICES = """
    CREATE TEMP TABLE open_invoices ON COMMIT DROP AS
    WITH levels AS (
        SELECT y.account_id, y.source_id, y.currency, y.invoice_external_id, m.day AS since,
            sum(sum(m.amount)) OVER w AS so_far, lead(m.day, 1, 'infinity') OVER w AS until
        FROM payments y
        CROSS JOIN LATERAL (VALUES (y.paid_on, y.amount), ('-infinity', 0)) AS m(day, amount)
        GROUP BY y.account_id, y.source_id, y.currency, y.invoice_external_id, m.day
        WINDOW w AS (
            PARTITION BY y.account_id, y.source_id, y.currency, y.invoice_external_id
            ORDER BY m.day)
    )
    SELECT * FROM (
        SELECT i.account_id, i.currency, p."on", i.issued, p.until_day - i.issued AS days_open,
            CASE WHEN i.amount > 0 THEN greatest(p.until_day - coalesce(i.due, i.issued), 0)
                ELSE 0 END AS days_overdue, sign(i.amount) AS side,
            i.amount - sign(i.amount) * greatest(sign(i.amount) * coalesce(y.so_far, 0),
                CASE WHEN p.is_partial THEN abs(coalesce(i.paid_amount, 0)) ELSE 0 END) AS amount
        FROM invoices i
        LEFT JOIN levels y ON y.account_id = i.account_id AND y.invoice_external_id = i.external_id
            AND y.currency = i.currency AND y.source_id IS NOT DISTINCT FROM i.source_id
        JOIN periods p ON p."on" >= i."on" AND (i.paid IS NULL OR p.until_day < i.paid)
            AND (y.since IS NULL OR p.until_day >= y.since AND p.until_day < y.until)
        WHERE (i.paid IS NOT NULL
                OR abs(coalesce(i.paid_amount, 0)) < abs(i.amount)
                    AND i.status IS DISTINCT FROM 'paid')
            AND abs(i.amount) > sign(i.amount) * coalesce(y.so_far, 0)
    ) opened WHERE amount * side > 0
"""
"""What is paid without a day counts as paid from the beginning; a part of it, as of now. Levels are
what has been paid of an invoice from one payment until the next, and nothing before the first. An
invoice below zero is a credit note: the client's until it is paid back, and never overdue."""

_OWED = """
    CREATE TEMP TABLE owed ON COMMIT DROP AS
    SELECT account_id, currency, "on", sum(amount) AS amount,
        coalesce(sum(amount) FILTER (WHERE days_overdue = 0), 0) AS not_due,
        coalesce(sum(amount) FILTER (WHERE days_overdue BETWEEN 1 AND 30), 0) AS late_30,
        coalesce(sum(amount) FILTER (WHERE days_overdue BETWEEN 31 AND 60), 0) AS late_60,
        coalesce(sum(amount) FILTER (WHERE days_overdue BETWEEN 61 AND 90), 0) AS late_90,
        coalesce(sum(amount) FILTER (WHERE days_overdue > 90), 0) AS late_more
    FROM open_invoices
    GROUP BY account_id, currency, "on"
"""

_COUNTED = """
    CREATE TEMP TABLE counted_receivables ON COMMIT DROP AS
    SELECT account_id, currency, "on", sum(amount) AS amount,
        CASE WHEN bool_and(overdue IS NOT NULL) THEN sum(overdue) END AS overdue
    FROM (
        SELECT r.*, max(counted_on) OVER (PARTITION BY account_id, member_id, currency, "on")
            AS last_on
        FROM receivables r
        WHERE NOT EXISTS (
            SELECT FROM invoices i WHERE i.account_id = r.account_id AND i.currency = r.currency)
    ) counted
    WHERE counted_on = last_on
    GROUP BY account_id, currency, "on"
"""

_RUNNING_PLANS = """
    CREATE TEMP TABLE running_plans ON COMMIT DROP AS
    SELECT plan.account_id, plan.kpi, plan."on", plan.starts_on, plan.ends_on, plan.until_day,
        plan.target, plan.currency, sum(v.value) AS fact
    FROM (
        SELECT DISTINCT ON (p.account_id, p.kpi, m."on") p.account_id, p.kpi, m."on", p.starts_on,
            p.ends_on, m.until_day, p.target, p.currency, p.currencies
        FROM (
            SELECT account_id, kpi, starts_on, ends_on, sum(target) AS target,
                min(currency) AS currency,
                count(DISTINCT coalesce(currency, '')) AS currencies
            FROM plans
            WHERE starts_on = "on" AND ends_on + 1 = date_trunc('month', ends_on + 1)
            GROUP BY account_id, kpi, starts_on, ends_on HAVING sum(target) > 0
        ) p
        JOIN periods m ON m.last_day >= p.starts_on AND m."on" <= p.ends_on
        ORDER BY p.account_id, p.kpi, m."on", p.ends_on - p.starts_on
    ) plan
    JOIN points v ON v.account_id = plan.account_id AND v.kpi = plan.kpi
        AND v.unit = coalesce(plan.currency, v.unit)
        AND v."on" BETWEEN plan.starts_on AND plan."on"
    WHERE plan.currencies = 1
    GROUP BY plan.account_id, plan.kpi, plan."on", plan.starts_on, plan.ends_on, plan.until_day,
        plan.target, plan.currency
    HAVING min(v.unit) = max(v.unit) AND sum(v.value) IS NOT NULL
"""

DERIVED: Mapping[str, Derived] = {
    "closed_deals": Derived(frozenset({"deals"}), _CLOSED),
    "won_years": Derived(frozenset({"deals"}), _YEARS),
    "open_invoices": Derived(frozenset({"invoices", "payments"}), _OPEN_INVOICES),
    "owed": Derived(frozenset({"open_invoices", "invoices", "payments"}), _OWED),
    "running_plans": Derived(frozenset({"plans", "points"}), _RUNNING_PLANS),
    "counted_receivables": Derived(frozenset({"receivables", "invoices"}), _COUNTED),
}


def statements(name: str, grain: Grain) -> Iterator[str]:
    """What makes one of them."""
    count, step = _WINDOW[grain]
    yield from DERIVED[name].made.format(count=count, step=step, year=_YEAR[grain]).split(";")
    yield f"ANALYZE {name}"
