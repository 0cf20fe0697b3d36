"""How much money is at risk in an alert, which comes first, and which other one tells of it."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0640"
down_revision = "20261129_0620"
branch_labels = None
depends_on = None

_NEW = (
    sa.Column("at_risk", sa.Numeric(30, 4), nullable=True),
    sa.Column("at_risk_currency", sa.String(), server_default="", nullable=False),
    sa.Column("rank", sa.Float(), server_default="0", nullable=False),
    sa.Column("inhibited_by", sa.Uuid(), nullable=True),
)


def upgrade() -> None:
    for column in _NEW:
        op.add_column("alert", column)
    op.create_foreign_key(
        "alert_inhibited_by_fkey", "alert", "alert", ["inhibited_by"], ["id"], ondelete="SET NULL"
    )
    op.create_index("ix_alert_inhibited_by", "alert", ["inhibited_by"])
    op.create_index("alert_rank", "alert", ["rank", "id"])
    op.add_column(
        "alert_change",
        sa.Column("is_quiet", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("alert_change", "is_quiet")
    op.drop_index("alert_rank", "alert")
    op.drop_index("ix_alert_inhibited_by", "alert")
    for column in _NEW:
        op.drop_column("alert", column.name)
    op.execute("DELETE FROM alert_change WHERE change = 'uncovered'")
