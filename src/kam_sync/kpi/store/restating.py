"""Keeps what was changed of whole periods after they had been measured, and why."""

_CHANGED = "SELECT account_id, noun FROM kpi_why"
_CHANGED_IN_GROUPS = """
    SELECT g.account_id, y.noun FROM kpi_group g
    JOIN account_link l ON l.source_id = g.source_id
        AND l.company_external_id = g.company_external_id
    JOIN kpi_why y ON y.account_id = l.account_id
    UNION ALL
    SELECT DISTINCT g.account_id, 'account_link' FROM kpi_group g
    WHERE EXISTS (SELECT FROM kpi_taken WHERE noun = 'account_parent')
"""
"""Whose group an account has left is not known, so that it may have been any that is another now.
"""
_GONE = """
    s.of_group = :of_group AND s.grain = :grain AND s.kpi = ANY(:kpis) AND {scope}
    AND NOT EXISTS (
        SELECT FROM kpi_series n
        WHERE n.account_id = s.account_id AND n.kpi = s.kpi AND n.unit = s.unit)
"""
"""Those of whom nothing was computed any more."""
_RESTATE = """
    WITH restated AS (
        SELECT c.account_id, c.kpi, c.unit, p."on", p.was, p.now
        FROM kpi_changed c CROSS JOIN LATERAL (
            SELECT "on", o.value AS was, n.value AS now
            FROM unnest(c.old_ons, c.old_known) AS o("on", value)
            FULL JOIN unnest(c.ons, c.known) AS n("on", value) USING ("on")
            WHERE o.value IS DISTINCT FROM n.value
        ) p
        WHERE p."on" <= c.old_ons[cardinality(c.old_ons)]
            AND p."on" >= :first AND p."on" < :running
            AND (c.old_ons, c.old_known) <> (
                c.ons[1:cardinality(c.old_ons)], c.known[1:cardinality(c.old_ons)])
        UNION ALL
        SELECT s.account_id, s.kpi, s.unit, p."on", p.was, NULL
        FROM series s CROSS JOIN LATERAL unnest(s.ons, s.known) AS p("on", was)
        WHERE {gone} AND s.account_id IN (SELECT account_id FROM {links})
            AND p."on" >= :first AND p."on" < :running
    ), why AS (
        SELECT r.account_id, r.kpi, array_agg(DISTINCT k.cause ORDER BY k.cause) AS causes
        FROM (SELECT DISTINCT account_id, kpi FROM restated) r JOIN kpi_cause k ON k.kpi = r.kpi
        WHERE k.noun = '' OR (r.account_id, k.noun) IN ({changed}) GROUP BY 1, 2
    )
    INSERT INTO restatement (account_id, of_group, grain, kpi, unit, "on", was, now, at, causes)
    SELECT r.account_id, :of_group, :grain, r.kpi, r.unit, r."on", r.was, r.now, :now,
        coalesce(w.causes, '{{}}')
    FROM restated r LEFT JOIN why w ON w.account_id = r.account_id AND w.kpi = r.kpi
    WHERE w.causes IS NOT NULL OR :grain <> 'month'
        OR r."on" >= CAST(:first AS date) + interval '2 years'
    ORDER BY r.account_id, r.kpi, r.unit, r."on"
"""
"""The values of the first two years of months change as months before them become too old to be
measured, for they look back to these; that is no restatement."""
_FORGET = "DELETE FROM series s WHERE {gone}"


def restate(scope: str, links: str, *, of_group: bool) -> str:
    """What keeps the changes between the old series and what was computed of them in kpi_series.

    Who is measured for the first time, or has one more whole period, is not restated; nor is what
    lies after the moment that all is measured as of, or has become too old to be measured, nor an
    account whose companies have all gone to another one.

    Args:
        scope: which series `s` were computed.
        links: the table of the companies that they were computed by.
    """
    changed = _CHANGED_IN_GROUPS if of_group else _CHANGED
    return _RESTATE.format(gone=_GONE.format(scope=scope), links=links, changed=changed)


def forget(scope: str) -> str:
    """What drops the series that nothing was computed of any more."""
    return _FORGET.format(gone=_GONE.format(scope=scope))
