"""What accounts are predicted to buy, and what was learned from all of them."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0520"
down_revision = "20261129_0410"
branch_labels = None
depends_on = None


def upgrade() -> None:
    exact = sa.Numeric(30, 4)
    op.create_table(
        "forecast",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("of_group", sa.Boolean(), nullable=False),
        sa.Column("kpi", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("value", exact, nullable=True),
        sa.Column("low", exact, nullable=True),
        sa.Column("high", exact, nullable=True),
        sa.Column("alive", sa.Float(), nullable=True),
        sa.Column("orders", sa.Float(), nullable=True),
        sa.Column("why", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "of_group", "kpi", "unit"),
    )
    op.create_table(
        "kpi_learned",
        sa.Column("kpi", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("learned_on", sa.Date(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("why", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("kpi", "unit"),
    )


def downgrade() -> None:
    op.drop_table("kpi_learned")
    op.drop_table("forecast")
