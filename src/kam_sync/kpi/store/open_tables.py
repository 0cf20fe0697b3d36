"""The tables that the SQL of KPIs reads, each row with the account that it counts for.

Between /* and */ stands which record a row is, where measuring needs it not and who asks for the
rows of a value does. `:now` is the moment of measuring, `:zone` the time zone; `{links}` says which
account a company counts for. What an open table has of each period is laid out beside it, see
layout.py.
"""

from collections.abc import Mapping

from kam_sync.kpi.store.open_table import OpenTable

_DEALS = OpenTable(
    columns={
        "member_id": "uuid", "source_id": "integer", "external_id": "text",
        "pipeline_external_id": "text", "currency": "text", "outcome": "text",
        "amount": "numeric", "opened_at": "timestamptz", "closed_at": "timestamptz",
    },
    rows="""
        SELECT * FROM (
            SELECT l.account_id, own.account_id AS member_id, d.source_id, d.external_id,
                d.pipeline_external_id, d.currency,
                CASE WHEN d.closed_at < :now THEN d.outcome ELSE 'open' END AS outcome, d.amount,
                least(coalesce(d.created_at, d.closed_at, d.updated_at),
                    CASE WHEN d.outcome <> 'open' THEN d.closed_at END) AS opened_at,
                CASE WHEN d.closed_at < :now THEN d.closed_at END AS closed_at
            FROM deal d
            JOIN {links} l ON l.source_id = d.source_id
                AND l.company_external_id = d.company_external_id
            JOIN account_link own ON own.source_id = d.source_id
                AND own.company_external_id = d.company_external_id
            WHERE NOT d.is_deleted
        ) dated WHERE opened_at < :now
    """,
    changed_by=frozenset({"deal"}),
    periods={"opened_on": "opened_at", "closed_on": "closed_at"},
    carried=frozenset({"opened_on"}),
    days={"closed_day": "closed_at"},
    singular="deal",
    rate_of="(coalesce(m.closed_at, m.opened_at) AT TIME ZONE :zone)::date",
)  # fmt: skip
"""`member_id` is the account whose deal it is itself, where those of a group count for its head.
A deal that was entered after it had been closed, or moved from another CRM, was opened then."""

_ABOUT = """
    SELECT l.account_id, r.source_id, r.noun, r.external_id
    FROM (
        SELECT source_id, 'company' AS noun, external_id, external_id AS company FROM company
        UNION ALL SELECT source_id, 'contact', external_id, company_external_id FROM contact
        UNION ALL SELECT source_id, 'deal', external_id, company_external_id FROM deal
        UNION ALL SELECT source_id, 'customer', external_id, company_external_id FROM customer
    ) r
    JOIN {links} l ON l.source_id = r.source_id AND l.company_external_id = r.company
"""
"""Whose each record is that tasks and calls are about."""
_ECHO = """
    SELECT source_id, about_noun AS noun, about_external_id AS external_id,
        max(echo_updated_at) - interval '2 seconds' AS since,
        max(echo_updated_at) + interval '2 seconds' AS until
    FROM crm_write WHERE echo_updated_at IS NOT NULL GROUP BY 1, 2, 3
"""
"""When we wrote into a record ourselves, which is no sign of life."""

_ACTIVITIES = OpenTable(
    columns={"at": "timestamptz"},
    rows="""
        SELECT account_id, at /*, noun, source_id, external_id */ FROM (
            SELECT l.account_id, seen.at /*, 'deal' AS noun, d.source_id, d.external_id */
            FROM deal d
            JOIN {links} l ON l.source_id = d.source_id
                AND l.company_external_id = d.company_external_id
            LEFT JOIN kpi_echo e ON e.source_id = d.source_id AND e.noun = 'deal'
                AND e.external_id = d.external_id AND d.updated_at BETWEEN e.since AND e.until
            CROSS JOIN LATERAL (VALUES (d.created_at), (d.closed_at),
                (CASE WHEN e.since IS NULL THEN d.updated_at END)) AS seen(at)
            WHERE NOT d.is_deleted
            UNION ALL
            SELECT b.account_id, seen.at /*, 'task', t.source_id, t.external_id */
            FROM task t
            JOIN kpi_about b ON b.source_id = t.source_id AND b.noun = t.about_noun
                AND b.external_id = t.about_external_id
            LEFT JOIN kpi_echo e ON e.source_id = t.source_id AND e.noun = 'task'
                AND e.external_id = t.external_id AND t.updated_at BETWEEN e.since AND e.until
            CROSS JOIN LATERAL (VALUES (CASE WHEN NOT t.is_ours THEN t.created_at END),
                (CASE WHEN e.since IS NULL AND (t.is_done OR NOT t.is_ours) THEN t.updated_at END)
            ) AS seen(at)
            WHERE NOT t.is_deleted
            UNION ALL
            SELECT b.account_id, a.at /*, 'activity', a.source_id, a.external_id */
            FROM activity a
            JOIN kpi_about b ON b.source_id = a.source_id AND b.noun = a.about_noun
                AND b.external_id = a.about_external_id
            WHERE a.happening IN ('call', 'message', 'email', 'note') AND a.mirrors IS NULL
                AND (a.author_external_id IS NOT NULL OR a.is_incoming)
                AND NOT a.is_ours AND NOT a.is_deleted
        ) signs
        WHERE at < :now
    """,
    changed_by=frozenset({"deal", "task", "activity", "contact", "customer", "crm_write"}),
    counted=frozenset({"deal", "task", "activity"}),
    periods={"on": "at"},
    carried=frozenset({"on"}),
    days={"day": "at"},
    singular="activity",
    needs={"kpi_about": _ABOUT, "kpi_echo": _ECHO},
)

_TASKS = OpenTable(
    columns={
        "created_at": "timestamptz", "due_at": "timestamptz", "is_done": "boolean",
        "updated_at": "timestamptz",
    },
    rows="""
        SELECT b.account_id, t.created_at, t.due_at, t.is_done, t.updated_at
            /*, 'task' AS noun, t.source_id, t.external_id */
        FROM task t
        JOIN kpi_about b ON b.source_id = t.source_id AND b.noun = t.about_noun
            AND b.external_id = t.about_external_id
        WHERE NOT t.is_deleted AND t.created_at < :now
    """,
    changed_by=frozenset({"task", "contact", "customer", "deal"}),
    counted=frozenset({"task"}),
    periods={"created_on": "created_at", "due_on": "due_at", "updated_on": "updated_at"},
    carried=frozenset({"created_on", "due_on", "updated_on"}),
    singular="task",
    needs={"kpi_about": _ABOUT},
)  # fmt: skip

_INVOICES = OpenTable(
    columns={
        "source_id": "integer", "external_id": "text", "currency": "text", "amount": "numeric",
        "paid_amount": "numeric", "status": "text", "issued": "date", "due": "date", "paid": "date",
    },
    rows="""
        SELECT * FROM (
            SELECT b.account_id, i.source_id, i.external_id, i.currency, i.amount,
                i.paid_amount, i.status,
                coalesce(i.issued_on, (i.created_at AT TIME ZONE :zone)::date) AS issued,
                i.due_on AS due, (i.paid_at AT TIME ZONE :zone)::date AS paid
            FROM invoice i
            JOIN kpi_about b ON b.source_id = i.source_id AND b.noun = i.payer_noun
                AND b.external_id = i.payer_external_id
            WHERE NOT i.is_deleted AND i.status <> 'draft'
        ) dated WHERE issued <= (:now AT TIME ZONE :zone)::date
    """,
    changed_by=frozenset({"invoice", "contact", "customer", "deal"}),
    counted=frozenset({"invoice"}),
    periods={"on": "issued"},
    singular="invoice",
    rate_of="m.issued",
    needs={"kpi_about": _ABOUT},
)  # fmt: skip


FACT_ROWS = """
    SELECT l.account_id, own.account_id AS member_id, {columns}
    FROM {table} f
    JOIN {{links}} l ON l.source_id = f.source_id AND l.company_external_id = f.company_external_id
    JOIN account_link own ON own.source_id = f.source_id
        AND own.company_external_id = f.company_external_id
    WHERE NOT f.is_deleted AND f.{day} <= (:now AT TIME ZONE :zone)::date
"""


def _facts(table: str, day: str, columns: Mapping[str, str]) -> OpenTable:
    """What was given of a day, as it is kept; what lies in the future is left out."""
    listed = ", ".join(f"f.{name}" for name in (day, *columns))
    return OpenTable(
        columns={"member_id": "uuid", day: "date", **columns},
        rows=FACT_ROWS.format(columns=listed, table=table, day=day),
        changed_by=frozenset({table}),
        periods={"on": day},
        singular=table,
        rate_of=f"m.{day}" if "currency" in columns else "",
    )


_PAYMENTS = OpenTable(
    columns={
        "member_id": "uuid", "source_id": "integer", "paid_on": "date", "amount": "numeric",
        "currency": "text", "invoice_external_id": "text", "invoiced": "date",
    },
    rows="""
        SELECT l.account_id, own.account_id AS member_id, f.source_id, f.paid_on, f.amount,
            f.currency, f.invoice_external_id,
            coalesce(i.issued_on, (i.created_at AT TIME ZONE :zone)::date) AS invoiced
        FROM payment f
        JOIN {links} l ON l.source_id = f.source_id
            AND l.company_external_id = f.company_external_id
        JOIN account_link own ON own.source_id = f.source_id
            AND own.company_external_id = f.company_external_id
        LEFT JOIN invoice i ON i.source_id = f.source_id AND i.external_id = f.invoice_external_id
            AND i.currency = f.currency
        WHERE NOT f.is_deleted AND f.paid_on <= (:now AT TIME ZONE :zone)::date
    """,
    changed_by=frozenset({"payment", "invoice"}),
    counted=frozenset({"payment"}),
    periods={"on": "paid_on"},
    singular="payment",
    rate_of="coalesce(m.invoiced, m.paid_on)",
)  # fmt: skip
"""`invoiced` is the day of the invoice that is paid: by the rate of that day both are converted, so
that nothing is owed of what is paid in full."""

_POINTS = OpenTable(
    columns={
        "kpi": "text", "unit": "text", "day": "date", "value": "numeric", "is_doubted": "boolean",
        "is_incomplete": "boolean",
    },
    rows="""
        SELECT s.account_id, s.kpi, s.unit, p.day, p.value,
            p.day = :running AND d.account_id IS NOT NULL AS is_doubted,
            d.is_all OR q.last_day >= d.since AS is_incomplete
        FROM series s
        JOIN (SELECT DISTINCT account_id FROM {links}) l ON l.account_id = s.account_id
        LEFT JOIN (
            SELECT m.account_id, c.kpi,
                bool_or(d.why <> 'stale' OR d.known_until IS NULL) AS is_all,
                (min(d.known_until) AT TIME ZONE 'UTC')::date AS since
            FROM kpi_doubt d
            JOIN unnest(CAST(:counting AS text[]), CAST(:counted AS text[])) AS c(kpi, noun)
                ON c.noun = d.noun
            JOIN {links} m ON m.source_id = d.source_id
            GROUP BY m.account_id, c.kpi
        ) d ON d.account_id = s.account_id AND d.kpi = s.kpi
        CROSS JOIN LATERAL unnest(s.ons || s.running_on, s.known || s.running) AS p(day, value)
        LEFT JOIN periods q ON q."on" = p.day
        WHERE s.grain = :grain AND s.of_group = :of_group AND s.kpi = ANY(:after)
            AND p.value IS NOT NULL
    """,
    changed_by=frozenset(),
    periods={"on": "day"},
    singular="point",
)  # fmt: skip
"""The values of the KPIs that a KPI names in `after`, of the same kind of period; `is_incomplete`
where not all is here that it is computed from, `is_doubted` where that is the running period."""

EVERYONE = "everyone"
_EVERYONE = OpenTable(
    columns={"kpi": "text", "unit": "text", "day": "date", "value": "numeric"},
    rows="""
        SELECT s.kpi, s.unit, p.day, sum(p.value) AS value
        FROM series s CROSS JOIN LATERAL unnest(s.ons, s.known) AS p(day, value)
        WHERE s.grain = :grain AND NOT s.of_group AND s.kpi = ANY(:after)
        GROUP BY s.kpi, s.unit, p.day
    """,
    changed_by=frozenset(),
    periods={"on": "day"},
    singular="everyone",
)
"""The same summed over all accounts, whole periods alone; these rows are of no account."""

_MONEY = {"amount": "numeric", "currency": "text"}
_GOODS = {"sku": "text", "quantity": "numeric"}
_TERM = {"ends_on": "date"}

OPEN_TABLES: Mapping[str, OpenTable] = {
    "points": _POINTS,
    EVERYONE: _EVERYONE,
    "deals": _DEALS,
    "activities": _ACTIVITIES,
    "tasks": _TASKS,
    "invoices": _INVOICES,
    "payments": _PAYMENTS,
    "shipments": _facts(
        "shipment", "shipped_on",
        {**_MONEY, **_GOODS, "ordered": "numeric", "cost": "numeric", "promised_on": "date"},
    ),
    "sell_outs": _facts("sell_out", "sold_on", {"since": "date", **_MONEY, **_GOODS}),
    "stocks": _facts("stock", "counted_on", {"warehouse": "text", **_MONEY, **_GOODS}),
    "nps_answers": _facts(
        "nps_answer", "answered_on", {"score": "integer", "contact_external_id": "text"}
    ),
    "plans": _facts(
        "plan", "starts_on", {**_TERM, "kpi": "text", "target": "numeric", "currency": "text"}
    ),
    "budgets": _facts(
        "budget", "starts_on", {**_TERM, "name": "text", **_MONEY, "spent": "numeric"}
    ),
    "receivables": _facts(
        "receivable", "counted_on", {**_MONEY, "overdue": "numeric", "contract": "text"}
    ),
    "returns": _facts(
        "return", "returned_on", {**_MONEY, **_GOODS, "cost": "numeric", "reason": "text"}
    ),
    "costs": _facts("cost", "spent_on", {"kind": "text", **_MONEY}),
    "contracts": _facts(
        "contract", "starts_on",
        {
            **_TERM, "number": "text", **_MONEY, "payment_days": "integer",
            "credit_limit": "numeric", "notice_days": "integer", "is_renewed": "boolean",
            "rebate_steps": "text", "rebate_period": "text",
        },
    ),
}  # fmt: skip
