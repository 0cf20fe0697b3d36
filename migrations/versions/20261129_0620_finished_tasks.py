"""What became of a task that was to be finished, and with what one ends once it is found."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0620"
down_revision = "20261129_0610"
branch_labels = None
depends_on = None

_NEW = (
    sa.Column("finish_with", sa.String(), nullable=True),
    sa.Column("ending", sa.String(32), nullable=True),
)


def upgrade() -> None:
    for column in _NEW:
        op.add_column("crm_write", column)


def downgrade() -> None:
    op.execute("DELETE FROM crm_write WHERE state = 'called_off'")
    for column in _NEW:
        op.drop_column("crm_write", column.name)
