"""Where own accounts stand among one another, and an index to find who looks after a company."""

from alembic import op

revision = "20261129_0820"
down_revision = "20261129_0800"
branch_labels = None
depends_on = None

_OWN = "(SELECT nullif(current_setting('kam_sync.accounts', true), '')::uuid[])::uuid[]"
_WHOLE = "(SELECT nullif(current_setting('kam_sync.whole', true), '')::uuid[])::uuid[]"
_VIEW = """
    CREATE VIEW own_standing WITH (security_barrier = true) AS
    WITH RECURSIVE up AS (
        SELECT p.account_id, p.parent_id AS top FROM account_parent p
        WHERE p.account_id = ANY ({own})
        UNION
        SELECT u.account_id, p.parent_id FROM up u JOIN account_parent p ON p.account_id = u.top
    ), counted AS (
        SELECT account_id FROM up WHERE top = ANY ({whole})
            AND NOT EXISTS (SELECT FROM account_parent p WHERE p.account_id = up.top)
    ), own AS (
        SELECT s.account_id, s.unit, whole.is_so AND s.amount IS NOT NULL AS is_whole,
            CASE WHEN whole.is_so THEN coalesce(s.amount, s.alone) ELSE s.alone END AS amount,
            CASE WHEN whole.is_so THEN s.year_before END AS year_before,
            CASE WHEN whole.is_so THEN s.health END AS health,
            CASE WHEN whole.is_so THEN s.band END AS band,
            CASE WHEN whole.is_so THEN s.lost END AS lost
        FROM standing s CROSS JOIN LATERAL (SELECT s.account_id = ANY ({whole}) AS is_so) whole
        WHERE s.account_id = ANY ({own})
            AND s.account_id NOT IN (SELECT account_id FROM counted)
    ), placed AS (
        SELECT account_id, unit,
            row_number() OVER larger AS place,
            sum(amount) OVER larger - amount AS before,
            sum(amount) OVER (PARTITION BY unit) AS total
        FROM own WHERE amount > 0
        WINDOW larger AS (PARTITION BY unit ORDER BY amount DESC, account_id::text)
    )
    SELECT o.account_id, o.unit, o.amount, o.year_before, o.is_whole, o.health, o.band, o.lost,
        p.place, p.before, CASE WHEN p.place IS NULL THEN NULL
            WHEN 100 * p.before / p.total < 80 THEN 'A'
            WHEN 100 * p.before / p.total < 95 THEN 'B' ELSE 'C' END AS pareto
    FROM own o LEFT JOIN placed p ON p.account_id = o.account_id AND p.unit = o.unit
"""


def upgrade() -> None:
    op.create_index("company_owner", "company", ["source_id", "owner_external_id"])
    op.execute(_VIEW.format(own=_OWN, whole=_WHOLE))


def downgrade() -> None:
    op.execute("DROP VIEW own_standing")
    op.drop_index("company_owner", "company")
