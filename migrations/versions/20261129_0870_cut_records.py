"""Finds the records that were cut because of a person, few among all.

It stands apart from the column that it reads, so that those who read the table are not kept waiting
while it is made; who writes it waits for one walk over the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0870"
down_revision = "20261129_0861"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "raw_record_cut", "raw_record", ["source_id", "noun", "external_id"],
        postgresql_where=sa.text("cut_why IN ('erased', 'masked')"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("raw_record_cut", "raw_record")
