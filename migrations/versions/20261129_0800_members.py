"""Who may log in: members, their log-ins, API keys, wrong passwords, and the audit of all that."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_0800"
down_revision = "20261129_0730"
branch_labels = None
depends_on = None

_TABLES = ("access_event", "login_try", "api_key", "login", "member")


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _texts(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.ARRAY(sa.String()), nullable=False)


def upgrade() -> None:
    op.create_table(
        "member",
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("email"),
        _text("name"),
        sa.Column("role", sa.String(32), nullable=False),
        _texts("keeper_keys"),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        _moment("made_at", nullable=False),
        _moment("password_set_at"),
        _moment("entered_at"),
        _moment("link_until"),
        _text("password_hash", nullable=True),
        _text("link_digest", nullable=True),
        _text("subject", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
        sa.UniqueConstraint("link_digest"),
        sa.UniqueConstraint("subject"),
    )
    op.create_table(
        "login",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        _moment("made_at", nullable=False),
        _moment("used_at", nullable=False),
        _moment("expires_at", nullable=False),
        _text("agent"),
        _text("address"),
        _text("digest"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index("ix_login_member_id", "login", ["member_id"])
    _keys_and_audit()


def _keys_and_audit() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("name"),
        _text("prefix"),
        sa.Column("role", sa.String(32), nullable=False),
        _texts("areas"),
        _texts("keeper_keys"),
        _moment("made_at", nullable=False),
        _text("made_by"),
        _moment("expires_at"),
        _moment("used_at"),
        _text("digest"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "login_try",
        _text("about"),
        sa.Column("failures", sa.Integer(), nullable=False),
        _moment("last_at", nullable=False),
        _moment("free_at", nullable=False),
        sa.PrimaryKeyConstraint("about"),
    )
    op.create_index("ix_login_try_last_at", "login_try", ["last_at"])
    op.create_table(
        "access_event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        _moment("at", nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        _text("who"),
        _text("about"),
        _text("address"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_access_event_at", "access_event", ["at"])


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
