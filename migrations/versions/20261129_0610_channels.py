"""Where people are told of alerts: channels, routes, and what is sent by them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_0610"
down_revision = "20261129_0600"
branch_labels = None
depends_on = None

_TABLES = ("channel_send", "channel_route", "channel")


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "channel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("locale", sa.String(length=32), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        _moment("made_at", nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        _moment("failing_since"),
        _moment("rests_until"),
        _moment("last_success_at"),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("sealed_url", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "channel_route",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("kpi", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("severity", sa.String(32), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("escalates_after_days", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_channel_route_channel_id", "channel_route", ["channel_id"])
    _sends()


def _sends() -> None:
    op.create_table(
        "channel_send",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        _moment("made_at", nullable=False),
        _moment("due_at", nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _moment("first_tried_at"),
        _moment("tried_at"),
        _moment("sent_at"),
        sa.Column("error", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["alert_change.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("change_id", "channel_id", name="channel_send_once"),
    )
    op.create_index("ix_channel_send_alert_id", "channel_send", ["alert_id"])
    op.create_index("channel_send_of_channel", "channel_send", ["channel_id", "id"])
    op.create_index(
        "channel_send_waiting", "channel_send", ["channel_id", "due_at", "id"],
        postgresql_where=sa.text("state IN ('waiting', 'held')"),
    )  # fmt: skip


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    op.execute("DELETE FROM incident WHERE kind = 'channel_dead'")
    op.execute("DELETE FROM alert_change WHERE change = 'escalated'")
