"""Decisions outlive a source and know their act, and questions are quick to count."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0200"
down_revision = "20261129_0100"
branch_labels = None
depends_on = None

_FILL = """
    UPDATE {table} d SET act_id = act.id FROM (
        SELECT by, at, note, min(id) AS id FROM {table} GROUP BY by, at, note) act
    WHERE (d.by, d.at, d.note) = (act.by, act.at, act.note)
"""
_KEYS = [
    ("match_decision", "one_source_id"),
    ("match_decision", "other_source_id"),
    ("person_decision", "one_source_id"),
    ("person_decision", "other_source_id"),
    ("parent_decision", "source_id"),
    ("parent_decision", "parent_source_id"),
]


def upgrade() -> None:
    op.create_table(
        "removed_source",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("remote_account", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "match_pair_asked",
        "match_pair",
        ["one_source_id", "one_id"],
        postgresql_where=sa.text("answer IN ('ask', 'twice') OR is_doubtful"),
    )
    for table in ("match_decision", "person_decision"):
        op.add_column(table, sa.Column("act_id", sa.Integer(), nullable=True))
        op.execute(_FILL.format(table=table))
        op.alter_column(table, "act_id", nullable=False)
        # Processes of the version before say no act: each of their words is an act of its own.
        op.execute(f"CREATE SEQUENCE {table}_act INCREMENT -1 OWNED BY {table}.act_id")
        op.alter_column(table, "act_id", server_default=sa.text(f"nextval('{table}_act')"))
        op.create_index(f"ix_{table}_act_id", table, ["act_id"])
    for table, column in _KEYS:
        op.drop_constraint(f"{table}_{column}_fkey", table, type_="foreignkey")


def downgrade() -> None:
    for table, column in _KEYS:
        gone = sa.column(column).not_in(sa.select(sa.column("id")).select_from(sa.table("source")))
        op.execute(sa.delete(sa.table(table, sa.column(column))).where(gone))
        op.create_foreign_key(
            f"{table}_{column}_fkey", table, "source", [column], ["id"], ondelete="CASCADE"
        )
    for table in ("match_decision", "person_decision"):
        op.drop_column(table, "act_id")
    op.drop_index("match_pair_asked", "match_pair")
    op.drop_table("removed_source")
