"""Indexes by which invoices find their account."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_1425"
down_revision = "20261124_1415"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "invoice_payer", "invoice", ["source_id", "payer_noun", "payer_external_id"], unique=False
    )
    op.create_index(
        "deal_items",
        "deal",
        ["items"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"items": "jsonb_path_ops"},
        postgresql_where=sa.text("deal.items <> '[]'"),
    )


def downgrade() -> None:
    op.drop_index("deal_items", table_name="deal")
    op.drop_index("invoice_payer", table_name="invoice")
