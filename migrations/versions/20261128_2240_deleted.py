"""Accounts: what a CRM has marked as deleted can be counted quickly."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_2240"
down_revision = "20261128_2150"
branch_labels = None
depends_on = None

_TABLES = (
    "custom_field", "product", "company", "contact", "deal", "customer", "purchase", "invoice",
    "payment", "shipment", "sell_out", "stock", "nps_answer", "plan", "budget", "receivable",
    "task", "activity",
)  # fmt: skip


def upgrade() -> None:
    for table in _TABLES:
        op.create_index(
            f"{table}_deleted",
            table,
            ["source_id", "external_id"],
            postgresql_where=sa.text("is_deleted"),
        )


def downgrade() -> None:
    for table in _TABLES:
        op.drop_index(f"{table}_deleted", table)
