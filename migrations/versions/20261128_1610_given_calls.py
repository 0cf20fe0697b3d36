"""Calls of programs that give rows: their idempotency keys, and what they were answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261128_1610"
down_revision = "20261128_1600"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "given_call",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("answer", postgresql.JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "key"),
    )


def downgrade() -> None:
    op.drop_table("given_call")
