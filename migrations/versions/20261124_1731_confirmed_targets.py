"""Of which targets of a field map a person has said which field they are."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_1731"
down_revision = "20261124_1730"
branch_labels = None
depends_on = None


def upgrade() -> None:
    targets = sa.Column("confirmed_targets", sa.JSON(), server_default="[]", nullable=False)
    op.add_column("source", targets)
