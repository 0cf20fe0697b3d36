"""Lines of the ledger by account: what was found beside what differs since the repair."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_1400"
down_revision = "20261128_1150"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("found", "held"):
        op.add_column(
            "ledger_account", sa.Column(name, sa.Integer(), server_default="0", nullable=False)
        )
        op.alter_column("ledger_account", name, server_default=None)
    op.execute("UPDATE ledger_account SET found = differing")
    op.execute(
        "UPDATE ledger_account SET differing = 0 FROM ledger_check AS one"
        " WHERE one.id = check_id AND one.left_over = 0"
    )


def downgrade() -> None:
    op.execute("UPDATE ledger_account SET differing = found")
    for name in ("held", "found"):
        op.drop_column("ledger_account", name)
