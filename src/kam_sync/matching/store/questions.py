"""The queries of what waits for a person; `decisions.py` puts in which tables they read."""

ASKED = """
    WITH apart AS (
        SELECT DISTINCT least(l.{whole}, r.{whole}) AS one_whole,
            greatest(l.{whole}, r.{whole}) AS other_whole
        FROM {decision} d
        JOIN {link} l ON l.source_id = d.one_source_id AND l.{part} = d.one_id
        JOIN {link} r ON r.source_id = d.other_source_id AND r.{part} = d.other_id
        WHERE d.undone_at IS NULL AND d.says = 'apart'
    ), question AS (
        SELECT DISTINCT ON (least(one.{whole}, other.{whole}), greatest(one.{whole}, other.{whole}))
            m.*, {wholes}
        {pairs} AND NOT EXISTS (
            SELECT FROM apart a WHERE a.one_whole = least(one.{whole}, other.{whole})
                AND a.other_whole = greatest(one.{whole}, other.{whole}))
        ORDER BY least(one.{whole}, other.{whole}), greatest(one.{whole}, other.{whole}),
            m.weight DESC, 1, 2, 3, 4
    )
"""
"""Of two accounts, or people, the pair for which most speaks; none of two that are kept apart."""
COUNT = """
    SELECT count(*) FROM (
        SELECT DISTINCT one_whole, other_whole FROM (
            SELECT least(one.{whole}, other.{whole}) AS one_whole,
                greatest(one.{whole}, other.{whole}) AS other_whole
            {pairs}
                AND (SELECT true FROM {decision} d
                    WHERE d.undone_at IS NULL AND d.says = 'apart'
                        AND d.one_source_id = m.one_source_id AND d.one_id = m.one_id
                        AND d.other_source_id = m.other_source_id AND d.other_id = m.other_id
                    LIMIT 1) IS NOT TRUE
                AND (SELECT true FROM {link} l
                    JOIN {decision} d ON d.one_source_id = l.source_id AND d.one_id = l.{part}
                    JOIN {link} r ON r.source_id = d.other_source_id AND r.{part} = d.other_id
                    WHERE d.undone_at IS NULL AND d.says = 'apart'
                        AND l.{whole} IN (one.{whole}, other.{whole})
                        AND r.{whole} IN (one.{whole}, other.{whole}) AND l.{whole} <> r.{whole}
                    LIMIT 1) IS NOT TRUE
            LIMIT 3 * CAST(:most AS bigint)
        ) pair LIMIT :most
    ) found
"""
"""Every page asks for it: it ends once there are enough pairs, of which two accounts have a few,
and looks at the decisions about these alone. `EXISTS` would let all of them be read first."""
BY_INDEX_ALONE = """
    SELECT set_config('enable_hashjoin', '{0}', true), set_config('enable_mergejoin', '{0}', true),
        set_config('enable_seqscan', '{0}', true)
"""
"""Whether the planner may read whole tables: of a few hundred pairs it thinks that it is quicker,
and reads all of them."""
QUESTIONS = """
    {asked}, money AS (
        SELECT l.account_id, d.currency, sum(d.amount) AS amount, count(*) AS deals
        FROM (SELECT one_account AS id FROM question UNION SELECT other_account FROM question) a
        JOIN account_link l ON l.account_id = a.id
        JOIN deal d ON d.source_id = l.source_id AND d.company_external_id = l.company_external_id
        WHERE NOT d.is_deleted AND d.outcome <> 'lost' AND d.currency IS NOT NULL
        GROUP BY l.account_id, d.currency HAVING sum(d.amount) > 0
    ), used AS (
        SELECT currency, row_number() OVER (ORDER BY sum(deals) DESC, currency) AS place
        FROM money GROUP BY currency
    ), worth AS (
        SELECT DISTINCT ON (q.one_source_id, q.one_id, q.other_source_id, q.other_id)
            q.one_source_id, q.one_id, q.other_source_id, q.other_id, u.place, u.currency,
            sum(m.amount) AS amount
        FROM question q
        CROSS JOIN LATERAL (SELECT q.one_account UNION SELECT q.other_account) a(id)
        JOIN money m ON m.account_id = a.id JOIN used u USING (currency)
        GROUP BY q.one_source_id, q.one_id, q.other_source_id, q.other_id, u.place, u.currency
        ORDER BY 1, 2, 3, 4, u.place
    ), ranked AS (
        SELECT q.one_source_id, q.one_id, q.other_source_id, q.other_id, q.answer, q.weight,
            q.is_doubtful, q.evidence, q.one_account AS one_account_id,
            q.other_account AS other_account_id, {more}
            coalesce(w.place, :last) AS place, w.currency, coalesce(w.amount, 0) AS money
        FROM question q LEFT JOIN worth w USING (one_source_id, one_id, other_source_id, other_id)
    )
    SELECT * FROM ranked
    WHERE CAST(:place AS int) IS NULL OR (place, -money, -weight, one_source_id, one_id,
        other_source_id, other_id) > (CAST(:place AS int), -CAST(:money AS numeric),
        -CAST(:weight AS float8), CAST(:a AS int), CAST(:b AS text), CAST(:c AS int),
        CAST(:d AS text))
    ORDER BY place, -money, -weight, 1, 2, 3, 4
    LIMIT :limit
"""
"""There are no exchange rates: of each question the money in one currency counts, the one of most
deals that it has any in, and those of the currency of most deals come first."""
