"""Why values of KPIs were restated, and what was restated of late by all accounts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "20261129_0541"
down_revision = "20261129_0540"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "restatement",
        sa.Column("causes", ARRAY(sa.String()), server_default="{}", nullable=False),
    )
    op.alter_column("restatement", "causes", server_default=None)
    op.drop_index("restatement_account", "restatement")
    op.create_index("restatement_account", "restatement", ["account_id", "id"])


def downgrade() -> None:
    op.drop_index("restatement_account", "restatement")
    op.create_index("restatement_account", "restatement", ["account_id", "kpi", "at"])
    op.drop_column("restatement", "causes")
