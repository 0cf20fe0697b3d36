"""How the inputs of KPIs stood when they were measured last, as far as they stood badly."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0570"
down_revision = "20261129_0560"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kpi_doubt",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("why", sa.String(32), nullable=False),
        sa.Column("known_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "noun"),
    )


def downgrade() -> None:
    op.drop_table("kpi_doubt")
