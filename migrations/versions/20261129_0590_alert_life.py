"""Where alerts stand in their life, and who did what to them."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0590"
down_revision = "20261129_0580"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NEW = (
    sa.Column("entered_at", _MOMENT, nullable=True),
    sa.Column("badness", sa.Float(), nullable=True),
    sa.Column("until", _MOMENT, nullable=True),
    sa.Column("aside_at", sa.Float(), nullable=True),
    sa.Column("before", sa.String(32), server_default="firing", nullable=False),
    sa.Column("outcome", sa.String(32), nullable=True),
    sa.Column("is_armed", sa.Boolean(), server_default=sa.true(), nullable=False),
    sa.Column("assignee", sa.String(), server_default="", nullable=False),
)
_CHANGE = (
    sa.Column("by", sa.String(), server_default="", nullable=False),
    sa.Column("note", sa.String(), server_default="", nullable=False),
    sa.Column("until", _MOMENT, nullable=True),
)


def upgrade() -> None:
    for column in _NEW:
        op.add_column("alert", column)
    op.execute(
        "UPDATE alert SET entered_at = coalesce(resolved_at, opened_at), badness = abs(gap), "
        "state = CASE WHEN state = 'open' THEN 'firing' ELSE state END"
    )
    for name in ("entered_at", "badness"):
        op.alter_column("alert", name, nullable=False)
    for name in ("before", "is_armed", "assignee"):
        op.alter_column("alert", name, server_default=None)
    for column in _CHANGE:
        op.add_column("alert_change", column)
    for name in ("by", "note"):
        op.alter_column("alert_change", name, server_default=None)


def downgrade() -> None:
    op.execute("UPDATE alert SET state = CASE WHEN state = 'resolved' THEN state ELSE 'open' END")
    for column in _CHANGE:
        op.drop_column("alert_change", column.name)
    for column in _NEW:
        op.drop_column("alert", column.name)
    op.execute("DELETE FROM alert_change WHERE change NOT IN ('opened', 'refreshed', 'resolved')")
