"""The newest run of each noun is found without reading all of them, and so are those that run."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_1150"
down_revision = "20261128_1140"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("run_newest", "run", ["source_id", "noun", "id"])
    op.create_index("run_open", "run", ["source_id"], postgresql_where=sa.text("state = 'running'"))
    op.drop_index("ix_run_source_id", "run")


def downgrade() -> None:
    op.create_index("ix_run_source_id", "run", ["source_id"])
    op.drop_index("run_open", "run")
    op.drop_index("run_newest", "run")
