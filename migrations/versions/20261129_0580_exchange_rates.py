"""Exchange rates by day, for money that is measured in one currency."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0580"
down_revision = "20261129_0570"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_rate",
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(30, 10), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("currency", "on"),
        sa.CheckConstraint("rate > 0", name="exchange_rate_is_positive"),
    )
    op.execute("DELETE FROM kpi_measured")  # in which currency is not known: all is measured anew


def downgrade() -> None:
    op.drop_table("exchange_rate")
