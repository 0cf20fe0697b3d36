"""One row for all values of a KPI of an account; what was first reported beside what is known.

`point` and `group_point` stay as views for who reads them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_0400"
down_revision = "20261129_0200"
branch_labels = None
depends_on = None

_FILL = """
    INSERT INTO series
    SELECT account_id, {of_group}, 'month', kpi, unit,
        coalesce(array_agg("on" ORDER BY "on") FILTER (WHERE NOT is_partial), '{{}}'),
        coalesce(array_agg(value ORDER BY "on") FILTER (WHERE NOT is_partial), '{{}}'),
        coalesce(array_agg(value ORDER BY "on") FILTER (WHERE NOT is_partial), '{{}}'),
        max("on") FILTER (WHERE is_partial),
        (array_agg(value ORDER BY "on" DESC) FILTER (WHERE is_partial))[1], max(changed_at)
    FROM {points} GROUP BY account_id, kpi, unit
"""
_VIEW = """
    CREATE VIEW {points} AS
    SELECT s.account_id, s.kpi, s.unit, p."on", p.value, false AS is_partial, s.changed_at
    FROM series s CROSS JOIN LATERAL unnest(s.ons, s.known) AS p("on", value)
    WHERE {of_group} AND s.grain = 'month'
    UNION ALL
    SELECT s.account_id, s.kpi, s.unit, s.running_on, s.running, true, s.changed_at
    FROM series s WHERE {of_group} AND s.grain = 'month' AND s.running_on IS NOT NULL
"""
_BACK = "INSERT INTO {points} SELECT * FROM old_{points}"


def upgrade() -> None:
    exact = sa.Numeric(30, 4)
    op.create_table(
        "series",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("of_group", sa.Boolean(), nullable=False),
        sa.Column("grain", sa.String(), nullable=False),
        sa.Column("kpi", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("ons", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("known", postgresql.ARRAY(exact), nullable=False),
        sa.Column("reported", postgresql.ARRAY(exact), nullable=False),
        sa.Column("running_on", sa.Date(), nullable=True),
        sa.Column("running", exact, nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "of_group", "grain", "kpi", "unit"),
    )
    op.create_table(
        "restatement",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("of_group", sa.Boolean(), nullable=False),
        sa.Column("grain", sa.String(), nullable=False),
        sa.Column("kpi", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("was", exact, nullable=True),
        sa.Column("now", exact, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("restatement_account", "restatement", ["account_id", "kpi", "at"])
    for points, of_group in (("point", False), ("group_point", True)):
        op.execute(_FILL.format(points=points, of_group=of_group))
        op.drop_table(points)
        which = "s.of_group" if of_group else "NOT s.of_group"
        op.execute(_VIEW.format(points=points, of_group=which))


def downgrade() -> None:
    for points in ("point", "group_point"):
        op.execute(f"ALTER VIEW {points} RENAME TO old_{points}")
        op.create_table(
            points,
            sa.Column("account_id", sa.Uuid(), nullable=False),
            sa.Column("kpi", sa.String(), nullable=False),
            sa.Column("unit", sa.String(), nullable=False),
            sa.Column("on", sa.Date(), nullable=False),
            sa.Column("value", sa.Numeric(30, 4), nullable=False),
            sa.Column("is_partial", sa.Boolean(), nullable=False),
            sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
            sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("account_id", "kpi", "unit", "on"),
        )
        op.execute(_BACK.format(points=points))
        op.execute(f"DROP VIEW old_{points}")
    op.drop_table("restatement")
    op.drop_table("series")
