"""Records that the CRM merged are found by the one that they were merged into."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_2355"
down_revision = "20261128_2350"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "raw_record_merged",
        "raw_record",
        ["source_id", "noun", "merged_into"],
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("raw_record_merged", "raw_record")
