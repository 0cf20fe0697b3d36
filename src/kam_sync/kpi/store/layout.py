"""Lays the tables out that formulas read; see formulas.py for what they hold."""

TABLES = (
    "kpi_month", "kpi_deal", "kpi_frame", "kpi_currency", "kpi_closed", "kpi_about", "kpi_echo",
    "kpi_activity", "kpi_series", "kpi_changed",
)  # fmt: skip

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

LAY_OUT = """
    CREATE TEMP TABLE kpi_month ON COMMIT DROP AS
    SELECT * FROM unnest(CAST(:ons AS date[]), CAST(:starts AS timestamptz[]),
        CAST(:ends AS timestamptz[])) AS m("on", start_at, end_at);

    CREATE TEMP TABLE kpi_deal ON COMMIT DROP AS
    SELECT account_id, currency, outcome, amount, opened_at, closed_at,
        greatest(date_trunc('month', opened_at AT TIME ZONE :zone)::date, :first) AS opened_on,
        date_trunc('month', closed_at AT TIME ZONE :zone)::date AS closed_on
    FROM (
        SELECT l.account_id, d.currency, d.amount,
            CASE WHEN d.closed_at < :now THEN d.outcome ELSE 'open' END AS outcome,
            CASE WHEN d.closed_at < :now THEN d.closed_at END AS closed_at,
            coalesce(d.created_at, d.closed_at, d.updated_at) AS opened_at
        FROM deal d
        JOIN {links} l ON l.source_id = d.source_id
            AND l.company_external_id = d.company_external_id
        WHERE NOT d.is_deleted
    ) dated
    WHERE opened_at < :now;

    CREATE TEMP TABLE kpi_frame ON COMMIT DROP AS
    SELECT a.account_id, m."on", m.end_at
    FROM (SELECT account_id, min(opened_on) AS first_on FROM kpi_deal GROUP BY account_id) a
    JOIN kpi_month m ON m."on" >= a.first_on;

    CREATE TEMP TABLE kpi_currency ON COMMIT DROP AS
    SELECT a.account_id, a.currency, m."on"
    FROM (SELECT account_id, currency, min(opened_on) AS first_on
          FROM kpi_deal GROUP BY account_id, currency) a
    JOIN kpi_month m ON m."on" >= a.first_on;

    CREATE TEMP TABLE kpi_closed ON COMMIT DROP AS
    SELECT d.account_id, d.currency, m."on", d.outcome, d.amount
    FROM kpi_deal d
    CROSS JOIN generate_series(0, 3) AS later(months)
    JOIN kpi_month m ON m."on" = (d.closed_on + make_interval(months => later.months))::date
    WHERE d.outcome <> 'open' AND d.closed_at >= m.end_at - interval '90 days'
        AND d.closed_at < m.end_at;

    CREATE TEMP TABLE kpi_about ON COMMIT DROP AS
    SELECT l.account_id, r.source_id, r.noun, r.external_id
    FROM (
        SELECT source_id, 'company' AS noun, external_id, external_id AS company FROM company
        UNION ALL SELECT source_id, 'contact', external_id, company_external_id FROM contact
        UNION ALL SELECT source_id, 'deal', external_id, company_external_id FROM deal
        UNION ALL SELECT source_id, 'customer', external_id, company_external_id FROM customer
    ) r
    JOIN {links} l ON l.source_id = r.source_id AND l.company_external_id = r.company;

    CREATE TEMP TABLE kpi_echo ON COMMIT DROP AS
    SELECT source_id, about_noun AS noun, about_external_id AS external_id,
        max(echo_updated_at) - interval '2 seconds' AS since,
        max(echo_updated_at) + interval '2 seconds' AS until
    FROM crm_write WHERE echo_updated_at IS NOT NULL GROUP BY 1, 2, 3;

    ANALYZE kpi_about; ANALYZE kpi_echo;

    CREATE TEMP TABLE kpi_activity ON COMMIT DROP AS
    SELECT account_id, at,
        greatest(date_trunc('month', at AT TIME ZONE :zone)::date, :first) AS "on"
    FROM (
        SELECT l.account_id, seen.at
        FROM deal d
        JOIN {links} l ON l.source_id = d.source_id
            AND l.company_external_id = d.company_external_id
        LEFT JOIN kpi_echo e ON e.source_id = d.source_id AND e.noun = 'deal'
            AND e.external_id = d.external_id AND d.updated_at BETWEEN e.since AND e.until
        CROSS JOIN LATERAL (VALUES (d.created_at), (d.closed_at),
            (CASE WHEN e.since IS NULL THEN d.updated_at END)) AS seen(at)
        WHERE NOT d.is_deleted
        UNION ALL
        SELECT b.account_id, seen.at
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
        SELECT b.account_id, a.at
        FROM activity a
        JOIN kpi_about b ON b.source_id = a.source_id AND b.noun = a.about_noun
            AND b.external_id = a.about_external_id
        WHERE a.happening IN ('call', 'message', 'email', 'note') AND a.mirrors IS NULL
            AND (a.author_external_id IS NOT NULL OR a.is_incoming)
            AND NOT a.is_ours AND NOT a.is_deleted
    ) signs
    WHERE at < :now;

    CREATE TEMP TABLE kpi_series (account_id uuid, kpi text, unit text, ons date[],
        known numeric(30, 4)[], running_on date, running numeric(30, 4)) ON COMMIT DROP;

    ANALYZE kpi_deal; ANALYZE kpi_frame; ANALYZE kpi_currency; ANALYZE kpi_closed
"""
"""Statements; `links` is the table that says which account a company counts for."""
