"""Personal data: terms, erasures and their marks, who looked at it, and what was cut."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261129_0860"
down_revision = "20261129_0820"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "raw_record", sa.Column("cut_why", sa.String(), server_default="", nullable=False)
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        sa.Column("allowed_at", _MOMENT),
        sa.Column("allowed_by", sa.String(), server_default="", nullable=False),
        sa.Column("allowed_why", sa.String(), server_default="", nullable=False),
    )
    op.create_table(
        "erasure_mark",
        sa.Column("digest", sa.LargeBinary(), primary_key=True),
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasure.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_erasure_mark_erasure_id", "erasure_mark", ["erasure_id"])
    op.create_table(
        "erasure_key",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("sealed_key", sa.String(), nullable=False),
    )
    op.create_table(
        "retention",
        sa.Column("kind", sa.String(length=32), primary_key=True),
        sa.Column("days", sa.Integer()),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_table(
        "privacy_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("did", sa.String(length=32), nullable=False),
        sa.Column("how", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    op.create_index("ix_privacy_event_at", "privacy_event", ["at"])
    op.create_index("privacy_event_subject", "privacy_event", ["subject", "id"])


def downgrade() -> None:
    for table in ("privacy_event", "retention", "erasure_key", "erasure_mark", "erasure"):
        op.drop_table(table)
    op.drop_column("raw_record", "cut_why")
