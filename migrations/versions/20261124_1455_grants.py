"""Grants by OAuth, consents that are waited for, and when a plain token ends."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_1455"
down_revision = "20261124_1450"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_grant",
        sa.Column("sealed_app", sa.String(), nullable=False),
        sa.Column("sealed_access", sa.String(), nullable=False),
        sa.Column("sealed_refresh", sa.String(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused", sa.String(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id"),
    )
    op.create_table(
        "consent",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("base_url", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("sealed_app", sa.String(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_consent_source_id", "consent", ["source_id"], unique=False)
    op.create_index("ix_consent_until", "consent", ["until"], unique=False)
    op.add_column("source", sa.Column("token_ends_at", sa.DateTime(timezone=True), nullable=True))
