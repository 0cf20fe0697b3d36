"""How the CRM was asked to call us about each source, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_1120"
down_revision = "20261128_1115"
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
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("quiet_why", sa.String(length=32), nullable=True),
        sa.Column("quiet_since", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id"),
    )
    _make("announced", "announced_at", "source_id", "noun", "external_id")
    _make("polled", "seen_at", "source_id", "noun", "external_id", "seen_at")


def _make(table: str, moment: str, *key: str) -> None:
    """Records with a moment of each."""
    op.create_table(
        table,
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column(moment, sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(*key),
    )
    op.create_index(f"ix_{table}_{moment}", table, [moment])


def downgrade() -> None:
    op.drop_table("polled")
    op.drop_table("announced")
    op.drop_table("subscription")
