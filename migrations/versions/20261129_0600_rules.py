"""Findings and alerts by rule; rules as people have changed them."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0600"
down_revision = "20261129_0590"
branch_labels = None
depends_on = None

_JUDGED = ("on", "grain", "confidence")


def upgrade() -> None:
    op.execute("DELETE FROM finding")  # made anew by the next pass
    op.add_column("finding", sa.Column("rule", sa.String(), nullable=False))
    op.drop_constraint("finding_pkey", "finding")
    op.create_primary_key("finding_pkey", "finding", ["account_id", "rule", "unit"])
    op.add_column("alert", sa.Column("rule", sa.String(), nullable=True))
    op.execute("UPDATE alert SET rule = kpi")
    op.alter_column("alert", "rule", nullable=False)
    op.add_column(
        "alert", sa.Column("severity", sa.String(32), server_default="normal", nullable=False)
    )
    for table in ("finding", "alert"):
        op.add_column(table, sa.Column("on", sa.Date(), nullable=True))
        grain = sa.Column("grain", sa.String(32), server_default="month", nullable=False)
        op.add_column(table, grain)
        op.alter_column(table, "grain", server_default=None)
        op.add_column(table, sa.Column("confidence", sa.Float(), nullable=True))
    op.alter_column("alert", "severity", server_default=None)
    _one_open("account_id", "rule")
    op.create_table(
        "rule",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("rule")
    op.execute("DELETE FROM finding")
    op.execute("DELETE FROM alert WHERE rule <> kpi")
    _one_open("account_id", "kpi", "kind")
    for table in ("finding", "alert"):
        for column in _JUDGED:
            op.drop_column(table, column)
    op.drop_column("alert", "severity")
    op.drop_column("alert", "rule")
    op.drop_constraint("finding_pkey", "finding")
    op.create_primary_key("finding_pkey", "finding", ["account_id", "kpi", "unit"])
    op.drop_column("finding", "rule")


def _one_open(*columns: str) -> None:
    op.drop_index("alert_one_open", "alert")
    op.create_index(
        "alert_one_open", "alert", list(columns), unique=True,
        postgresql_where=sa.text("state <> 'resolved'"),
    )  # fmt: skip
