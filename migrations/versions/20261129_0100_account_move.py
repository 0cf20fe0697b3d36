"""The trail of companies that went from one account to another, kept when their source is gone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_0100"
down_revision = "20261128_2355"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_move",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("company_external_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("from_account", sa.Uuid(), nullable=False),
        sa.Column("to_account", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("because", postgresql.JSONB(), nullable=False),
        sa.Column("beside_source", sa.String(), nullable=True),
        sa.Column("beside", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("account_move_from", "account_move", ["from_account", "id"])
    op.create_index("account_move_to", "account_move", ["to_account", "id"])


def downgrade() -> None:
    op.drop_table("account_move")
