"""When a grant that could not be renewed is tried again."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_1605"
down_revision = "20261124_1601"
branch_labels = None
depends_on = None


def upgrade() -> None:
    failures = sa.Column("failures", sa.Integer(), server_default="0", nullable=False)
    op.add_column("source_grant", failures)
    op.add_column("source_grant", sa.Column("next_try_at", sa.DateTime(timezone=True)))
