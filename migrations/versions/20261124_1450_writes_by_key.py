"""Writes into CRMs are found by their key, whatever their source."""

from alembic import op

revision = "20261124_1450"
down_revision = "20261124_1435"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("crm_write_key", "crm_write", ["key"])


def downgrade() -> None:
    op.drop_index("crm_write_key")
