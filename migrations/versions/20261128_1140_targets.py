"""Webhooks for integrators: targets, events, deliveries, and what was last known."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261128_1140"
down_revision = "20261128_1130"
branch_labels = None
depends_on = None

_TABLES = ("known_position", "known_account", "known_deal", "delivery", "event", "target")


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column(
        "translation", sa.Column("round", sa.Integer(), server_default="0", nullable=False)
    )
    _targets()
    _deliveries()
    _known()


def _targets() -> None:
    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        _moment("made_at", nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        _moment("failing_since"),
        _moment("rests_until"),
        _moment("last_success_at"),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        _moment("former_until"),
        sa.Column("sealed_secret", sa.String(), nullable=False),
        sa.Column("sealed_former", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )


def _deliveries() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        _moment("at", nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("at", "source_id", "account_id"):
        op.create_index(f"ix_event_{column}", "event", [column])
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        _moment("made_at", nullable=False),
        _moment("due_at", nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _moment("first_tried_at"),
        _moment("tried_at"),
        _moment("replayed_at"),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_delivery_event_id", "delivery", ["event_id"])
    op.create_index("delivery_of_target", "delivery", ["target_id", "id"])
    op.create_index(
        "delivery_waiting", "delivery", ["target_id", "due_at", "id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )  # fmt: skip


def _known() -> None:
    for name, key in (("known_deal", "source_id"), ("known_account", "account_id")):
        is_deal = key == "source_id"
        keys = [sa.Column(key, sa.Integer() if is_deal else sa.Uuid(), nullable=False)]
        if is_deal:
            keys.append(sa.Column("external_id", sa.String(), nullable=False))
        op.create_table(
            name,
            *keys,
            sa.Column("digest", sa.LargeBinary(), nullable=False),
            sa.Column("outcome", sa.String(), nullable=False),
            sa.Column("is_gone", sa.Boolean(), nullable=False),
            sa.ForeignKeyConstraint([key], [f"{key.removesuffix('_id')}.id"], ondelete="CASCADE"),
            sa.PrimaryKeyConstraint(*(column.name for column in keys)),
        )
    op.create_table(
        "known_position",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("change_no", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_known_position_source_id", "known_position", ["source_id"])


def downgrade() -> None:
    for name in _TABLES:
        op.drop_table(name)
    op.drop_column("translation", "round")
