"""Matching: what people asked to compare anew, and how far it is."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_2350"
down_revision = "20261128_2320"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    counts = ("done", "total", "companies", "contacts", "compared", "changed")
    op.create_table(
        "rematch",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("asked_at", moment, nullable=False),
        *(sa.Column(name, moment, nullable=True) for name in ("began_at", "seen_at", "ended_at")),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("rematch")
