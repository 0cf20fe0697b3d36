"""Writes facts of accounts by SQL: what the KPIs of `benchmarks.kpi_speed` are measured by
beside deals.

For each account 30 invoices with 25 payments, 30 shipments and 30 lines of sell-out of eight
goods, and so on as in `_FACTS`, over the months of the deals. One account in ten has balances of
receivables instead of invoices.
"""

from collections.abc import Mapping

import sqlalchemy as sa

from kam_sync.base.db import Session

_INSERT = """
    INSERT INTO {table} (source_id, external_id, changed_at, is_deleted, {columns})
    SELECT :source, n::text, now(), false, {values}
    FROM (
        SELECT n, (n % {companies})::text AS company, n / :companies AS turn,
            ((hashint4(n + 1) & 65535) + 1) / 65537.0 AS luck,
            'sku ' || (hashint4(n + 2) & 7) AS sku,
            current_date - (:days * ((hashint4(n) & 1048575) / 1048576.0))::int AS day
        FROM generate_series(1, :count) AS n
    ) told
"""
_AMOUNT = "round((50000 * luck)::numeric, 2)"
_SOLD = {"currency": "'RUB'", "sku": "sku"}
_COMPANY = {"company_external_id": "company"}
_MOVED = {**_SOLD, **_COMPANY, "quantity": "(100 * luck)::int"}
_MONEY = {**_COMPANY, "currency": "'RUB'", "amount": _AMOUNT}
_ABOUT = {"about_noun": "'company'", "about_external_id": "company"}
_QUARTER = "(date_trunc('quarter', current_date) - turn * interval '3 months')::date"
_QUARTER_END = f"({_QUARTER} + interval '3 months - 1 day')::date"

_FACTS: Mapping[str, tuple[int, Mapping[str, str]]] = {
    "invoice": (30, {
        "name": "'invoice ' || n", "status": "'sent'", "currency": "'RUB'", "amount": _AMOUNT,
        "payer_noun": "'company'", "payer_external_id": "company", "custom": "'{}'",
        "issued_on": "day", "due_on": "day + 30",
        "paid_at": "CASE WHEN n % 12 = 5 AND day < current_date - 60 THEN day + 40 END",
    }),
    "payment": (25, {
        **_MONEY, "invoice_external_id": "n::text", "paid_on": "day + (90 * luck)::int",
        "amount": f"{_AMOUNT} / CASE WHEN n % 8 = 0 THEN 2 ELSE 1 END",
    }),
    "shipment": (30, {
        **_MOVED, "shipped_on": "day", "amount": _AMOUNT, "cost": f"{_AMOUNT} * 0.7",
        "ordered": "(110 * luck)::int", "promised_on": "day + (n % 5 - 1)",
    }),
    "sell_out": (30, {
        **_MOVED, "sold_on": "day", "amount": _AMOUNT, "quantity": "(90 * luck)::int",
    }),
    "stock": (10, {**_MOVED, "counted_on": "day", "amount": "NULL"}),
    '"return"': (2, {**_MOVED, "returned_on": "day", "amount": "500", "quantity": "1"}),
    "cost": (6, {**_MONEY, "spent_on": "day", "kind": "'trade_spend'"}),
    "contract": (1, {
        **_MONEY, "number": "n::text", "starts_on": "day", "ends_on": "day + 365",
    }),
    "budget": (1, {
        **_MONEY, "name": "'promo'", "starts_on": _QUARTER, "ends_on": _QUARTER_END,
        "spent": f"{_AMOUNT} / 2",
    }),
    "plan": (2, {
        **_COMPANY, "kpi": "'won_revenue'", "starts_on": _QUARTER, "ends_on": _QUARTER_END,
        "target": "100000", "currency": "'RUB'",
    }),
    "nps_answer": (5, {
        **_COMPANY, "answered_on": "day", "score": "(10 * luck)::int",
    }),
    "receivable": (4, {
        **_MONEY, "company_external_id": "(:companies - 1 - n % (:companies / 10))::text",
        "counted_on": "day", "overdue": f"{_AMOUNT} / 3",
    }),
    "task": (10, {
        **_ABOUT, "text": "'call'", "is_done": "n % 10 > 0", "due_at": "day + 7",
        "created_at": "day", "updated_at": "day + (14 * luck)::int", "is_ours": "false",
    }),
    "activity": (20, {
        **_ABOUT, "happening": "'call'", "kind": "'call'", "at": "day", "is_incoming": "true",
        "is_ours": "false", "details": "'{}'",
    }),
}  # fmt: skip
"""How many of each an account has, and their columns."""
_BILLED = "(:companies * 9 / 10)"
"""Those that have invoices and payments."""
_TOUCH = """
    UPDATE {table} f SET is_deleted = true
    FROM (SELECT source_id, min(external_id) AS external_id FROM {table}
          WHERE {company}::int % 100 = :rest AND NOT is_deleted GROUP BY source_id, {company}) c
    WHERE f.source_id = c.source_id AND f.external_id = c.external_id
"""


def fill_facts(session: Session, source: int, companies: int, days: int) -> None:
    """Write the facts of the companies 0, 1, 2... of a source, as old as `days`."""
    for table, (many, columns) in _FACTS.items():
        billed = _BILLED if table in {"invoice", "payment"} else ":companies"
        statement = _INSERT.format(
            table=table, columns=", ".join(f'"{name}"' for name in columns),
            values=", ".join(columns.values()), companies=billed,
        )  # fmt: skip
        session.execute(
            sa.text(statement),
            {"source": source, "companies": companies, "days": days, "count": many * companies},
        )


def analyze(session: Session) -> None:
    """What autovacuum does within a minute."""
    session.execute(sa.text(f"ANALYZE {', '.join(_FACTS)}"))


def touch_facts(session: Session, rest: int) -> None:
    """Delete one record of each kind of one account in a hundred."""
    for table, (_, columns) in _FACTS.items():
        (company,) = {"company_external_id", "payer_external_id", "about_external_id"} & {*columns}
        session.execute(sa.text(_TOUCH.format(table=table, company=company)), {"rest": rest})
