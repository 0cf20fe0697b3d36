"""Companies: address and city, read out of the raw records that are here already."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_2310"
down_revision = "20261128_2300"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("company", sa.Column("address", sa.String(), nullable=True))
    op.add_column("company", sa.Column("city", sa.String(), nullable=True))
    op.execute("UPDATE translation SET round = round + 1, change_no = 0 WHERE noun = 'company'")


def downgrade() -> None:
    op.drop_column("company", "city")
    op.drop_column("company", "address")
