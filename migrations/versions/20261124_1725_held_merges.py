"""What a held record was merged into, so that its history follows when a person approves."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_1725"
down_revision = "20261124_1720"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("held_record", sa.Column("merged_into", sa.String(), nullable=True))
