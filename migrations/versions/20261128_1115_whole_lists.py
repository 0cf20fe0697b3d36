"""A list that is read whole each time has no cursor, and yet a first load that was done."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_1115"
down_revision = "20261124_1738"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("cursor", "cursor", existing_type=sa.String(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM cursor WHERE cursor IS NULL")
    op.alter_column("cursor", "cursor", existing_type=sa.String(), nullable=False)
