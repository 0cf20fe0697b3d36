"""Where accounts stand in the portfolio, what moved there, and deals by when they closed."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0730"
down_revision = "20261129_0641"
branch_labels = None
depends_on = None


def upgrade() -> None:
    exact = sa.Numeric(30, 4)
    op.create_table(
        "standing",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("alone", exact, nullable=False),
        sa.Column("amount", exact, nullable=True),
        sa.Column("year_before", exact, nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("before", exact, nullable=True),
        sa.Column("pareto", sa.String(), nullable=True),
        sa.Column("health", exact, nullable=True),
        sa.Column("band", sa.String(), nullable=True),
        sa.Column("lost", exact, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "unit"),
    )
    op.create_index("standing_place", "standing", ["unit", "place"])
    op.create_index(
        "standing_lost", "standing", ["lost"], postgresql_where=sa.text("lost IS NOT NULL")
    )
    op.create_table(
        "standing_kept",
        sa.Column("kpi", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kpi"),
    )
    op.create_table(
        "standing_move",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("was", sa.String(), nullable=True),
        sa.Column("became", sa.String(), nullable=True),
        sa.Column("amount", exact, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("standing_move_at", "standing_move", ["at"])
    op.create_index("standing_move_account", "standing_move", ["account_id"])
    op.create_index("deal_closed", "deal", ["closed_at"])
    op.create_index(
        "deal_contract_end",
        "deal",
        ["contract_ends_on"],
        postgresql_where=sa.text("contract_ends_on IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("deal_contract_end", "deal")
    op.drop_index("deal_closed", "deal")
    op.drop_table("standing_move")
    op.drop_table("standing_kept")
    op.drop_table("standing")
