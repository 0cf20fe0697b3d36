"""Groups and survivorship: parents of accounts, points of groups, which source is believed."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_2110"
down_revision = "20261128_2000"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "parent_decision",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("parent_source_id", sa.Integer(), nullable=True),
        sa.Column("parent_company_id", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["parent_source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("parent_decision_company", "parent_decision", ["source_id", "company_id"])
    op.create_index(
        "parent_decision_parent", "parent_decision", ["parent_source_id", "parent_company_id"]
    )
    op.create_table(
        "account_parent",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["parent_id"], ["account.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["decision_id"], ["parent_decision.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.create_index("ix_account_parent_parent_id", "account_parent", ["parent_id"])
    op.create_index("ix_account_parent_decision_id", "account_parent", ["decision_id"])
    op.create_table(
        "group_point",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kpi", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("value", sa.Numeric(30, 4), nullable=False),
        sa.Column("is_partial", sa.Boolean(), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "kpi", "unit", "on"),
    )
    op.create_table(
        "winner_choice",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("source_ids", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("winner_choice_field", "winner_choice", ["field", "id"])
    op.create_table(
        "account_due",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id"),
    )


def downgrade() -> None:
    for table in (
        "account_due",
        "winner_choice",
        "group_point",
        "account_parent",
        "parent_decision",
    ):
        op.drop_table(table)
