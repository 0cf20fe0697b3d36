"""When the first load of each kind of record was done."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_1720"
down_revision = "20261124_1700"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cursor", sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("""
        UPDATE cursor SET loaded_at = good.at FROM (
            SELECT source_id, noun, min(ended_at) AS at FROM run WHERE state = 'done'
            GROUP BY source_id, noun
        ) AS good WHERE good.source_id = cursor.source_id AND good.noun = cursor.noun
    """)


def downgrade() -> None:
    op.drop_column("cursor", "loaded_at")
