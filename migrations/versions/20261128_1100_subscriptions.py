"""How the CRM was asked to call us about each source."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_1100"
down_revision = "20261124_1738"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscription",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("error_kind", sa.String(length=32), nullable=False),
        sa.Column("sealed_address", sa.String(), nullable=False),
        sa.Column("sealed_leftovers", sa.JSON(), nullable=False),
        sa.Column("mended_at", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id"),
    )


def downgrade() -> None:
    op.drop_table("subscription")
