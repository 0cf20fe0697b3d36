"""Which request a job was asked for by, and its trace."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0880"
down_revision = "20261129_0870"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_origin",
        sa.Column("job_id", sa.BigInteger(), primary_key=True),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("trace_parent", sa.String(), nullable=False),
        sa.Column(
            "noted_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
    )
    op.create_index("ix_job_origin_noted_at", "job_origin", ["noted_at"])


def downgrade() -> None:
    op.drop_table("job_origin")
