"""Matching: what another matcher says of pairs."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_2150"
down_revision = "20261128_2110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "match_hint",
        sa.Column("one_source_id", sa.Integer(), nullable=False),
        sa.Column("one_id", sa.String(), nullable=False),
        sa.Column("other_source_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.String(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["one_source_id"], ["source.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("one_source_id", "one_id", "other_source_id", "other_id"),
    )
    op.create_index("match_hint_other", "match_hint", ["other_source_id", "other_id"])


def downgrade() -> None:
    op.drop_table("match_hint")
