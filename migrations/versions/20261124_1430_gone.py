"""Records that are gone: marks on raw records, hints, walks through whole lists, held deletions."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_1430"
down_revision = "20261124_1425"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("raw_record", sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "raw_record", sa.Column("gone_why", sa.String(), nullable=False, server_default="")
    )
    op.add_column("raw_record", sa.Column("merged_into", sa.String(), nullable=True))
    op.create_index(
        "raw_record_gone",
        "raw_record",
        ["source_id", "noun", "external_id"],
        unique=False,
        postgresql_where=sa.text("gone_at IS NOT NULL"),
    )
    op.create_table(
        "hint",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("merged_into", sa.String(), nullable=True),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "noun", "external_id", "kind"),
    )
    op.create_table(
        "walk",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("change_no", sa.BigInteger(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "noun"),
    )
    op.create_table(
        "seen_record",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "noun", "external_id"),
    )
    op.create_table(
        "held_deletion",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("live", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("held_deletion_source", "held_deletion", ["source_id", "state"], unique=False)
    op.create_table(
        "held_record",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("held_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["held_id"], ["held_deletion.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "noun", "external_id"),
    )
    op.create_index("ix_held_record_held_id", "held_record", ["held_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: what these tables hold would be lost")
