"""The timetable: a schedule for each step of each source and of the house."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261124_1700"
down_revision = "20261124_1606"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schedule",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("plan_set", JSONB(), nullable=True),
        sa.Column("changed_by", sa.String(), nullable=False, server_default=""),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_result", sa.String(length=32), nullable=True),
        sa.Column("last_message", sa.String(), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_schedule_source_id", "schedule", ["source_id"])
    # Made in the past, so that what the release before missed is caught up on.
    op.execute(
        "INSERT INTO schedule (name, source_id, step, made_at, seen_at, kept_since) "
        "SELECT 'sync:' || id, id, 'sync', created_at, now(), now() FROM source"
    )


def downgrade() -> None:
    op.drop_table("schedule")
