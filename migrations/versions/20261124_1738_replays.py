"""When a person last had a webhook read again."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_1738"
down_revision = "20261124_1735"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hook", sa.Column("replayed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("hook", "replayed_at")
