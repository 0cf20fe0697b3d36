"""What is told together with all that waited, in a digest."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0641"
down_revision = "20261129_0640"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "channel_send",
        sa.Column("in_digest", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("channel_send", "in_digest")
