"""Turns to talk to a CRM account, shared by all processes, and the refusals it gave."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_1410"
down_revision = "20261124_1330"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "turn",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "refusal",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("refusal_at", "refusal", ["key", "at"], unique=False)


def downgrade() -> None:
    op.drop_table("refusal")
    op.drop_table("turn")
