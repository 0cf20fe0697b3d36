"""Which custom field holds what, per source; and custom fields that the CRM has deleted."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_1415"
down_revision = "20261124_1410"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("field_map", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column(
        "source",
        sa.Column("is_map_confirmed", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "custom_field",
        sa.Column("is_deleted", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("custom_field", "is_deleted")
    op.drop_column("source", "is_map_confirmed")
    op.drop_column("source", "field_map")
