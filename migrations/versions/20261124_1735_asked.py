"""When single records were last asked for by id."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_1735"
down_revision = "20261124_1731"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asked",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "noun", "external_id"),
    )
    op.create_index("ix_asked_asked_at", "asked", ["asked_at"])


def downgrade() -> None:
    op.drop_table("asked")
