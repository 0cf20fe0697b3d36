"""What people at customers agreed to, as far as CRMs say."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0861"
down_revision = "20261129_0860"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("consent", sa.Boolean()))
    op.add_column("contact", sa.Column("do_not_contact", sa.Boolean()))


def downgrade() -> None:
    op.drop_column("contact", "do_not_contact")
    op.drop_column("contact", "consent")
