"""Accounts that were merged are found by where they went."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_2320"
down_revision = "20261128_2310"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "account_merged",
        "account",
        ["merged_into"],
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("account_merged", "account")
