"""What a code was worth is kept with its consent, until the source is opened by it."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_1606"
down_revision = "20261124_1605"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sealed = sa.Column("sealed_grant", sa.String(), server_default="", nullable=False)
    op.add_column("consent", sealed)
