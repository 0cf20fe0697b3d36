"""People: what contacts are looked up by, the pairs that were found, whom they belong to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261128_2300"
down_revision = "20261128_2240"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "person_due",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "external_id"),
    )
    op.execute("INSERT INTO person_due SELECT source_id, external_id FROM contact")
    op.create_table(
        "person_key",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(collation="C"), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "external_id", "key"),
    )
    op.create_index("person_key_key", "person_key", ["key"])
    op.create_table(
        "person_pair",
        *_pair(),
        sa.Column("answer", sa.String(32), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("is_doubtful", sa.Boolean(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("one_source_id", "one_id", "other_source_id", "other_id"),
    )
    op.create_index("person_pair_other", "person_pair", ["other_source_id", "other_id"])
    op.create_index(
        "person_pair_asked",
        "person_pair",
        ["one_source_id", "one_id"],
        postgresql_where=sa.text("answer = 'ask' OR is_doubtful"),
    )
    op.create_table(
        "person_decision",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        *_pair(),
        sa.Column("says", sa.String(32), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("person_decision_one", "person_decision", ["one_source_id", "one_id"])
    op.create_index("person_decision_other", "person_decision", ["other_source_id", "other_id"])
    op.create_table(
        "person_link",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False, server_default="[]"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "external_id"),
    )
    op.create_index("ix_person_link_person_id", "person_link", ["person_id"])


def downgrade() -> None:
    for table in ("person_link", "person_decision", "person_pair", "person_key", "person_due"):
        op.drop_table(table)


def _pair() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("one_source_id", sa.Integer(), nullable=False),
        sa.Column("one_id", sa.String(), nullable=False),
        sa.Column("other_source_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["one_source_id"], ["source.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_source_id"], ["source.id"], ondelete="CASCADE"),
    ]
