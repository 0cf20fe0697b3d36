"""What is wrong with a source, a run or a consent, for doors that say it in other words."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_1601"
down_revision = "20261124_1600"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("source", "run", "consent"):
        kind = sa.Column("error_kind", sa.String(length=32), server_default="", nullable=False)
        op.add_column(table, kind)
