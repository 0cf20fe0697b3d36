"""The reconciliation ledger: what each check of a noun found here and in the CRM."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261128_1130"
down_revision = "20261128_1120"
branch_labels = None
depends_on = None

_TABLES = ("ledger_record", "ledger_account", "ledger_check", "ledger_entry")


def upgrade() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("is_bad", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=30, scale=4), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("of_noun", sa.String(), nullable=True),
        sa.Column("of_external_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "noun", "external_id"),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "ledger_check",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in (
                "here", "there", "only_here", "only_there", "differing", "held", "set_aside",
                "left_over",
            )
        ),
        sa.Column("sums", postgresql.JSONB(), nullable=False),
        sa.Column("parted_since", sa.Date(), nullable=True),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("error_kind", sa.String(length=32), nullable=False),
        sa.Column("seconds", sa.Numeric(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip
    op.create_index("ledger_check_newest", "ledger_check", ["source_id", "noun", "id"])
    op.create_index("ix_ledger_check_checked_at", "ledger_check", ["checked_at"])
    op.create_table(
        "ledger_account",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("check_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("here", sa.Integer(), nullable=False),
        sa.Column("there", sa.Integer(), nullable=False),
        sa.Column("sum_here", sa.Numeric(precision=30, scale=4), nullable=False),
        sa.Column("sum_there", sa.Numeric(precision=30, scale=4), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("parted_since", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["check_id"], ["ledger_check.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_ledger_account_check_id", "ledger_account", ["check_id"])
    op.create_index("ix_ledger_account_account_id", "ledger_account", ["account_id"])
    op.create_table(
        "ledger_record",
        sa.Column("check_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("is_left", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["check_id"], ["ledger_check.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("check_id", "external_id"),
    )
    op.create_index("ix_ledger_record_account_id", "ledger_record", ["account_id"])


def downgrade() -> None:
    for name in _TABLES:
        op.drop_table(name)
