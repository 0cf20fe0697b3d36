"""What people decided outlives a source, which comes back under its id."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0200"
down_revision = "20261128_2355"
branch_labels = None
depends_on = None

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
    for table, column in _KEYS:
        op.drop_constraint(f"{table}_{column}_fkey", table, type_="foreignkey")


def downgrade() -> None:
    for table, column in _KEYS:
        gone = sa.column(column).not_in(sa.select(sa.column("id")).select_from(sa.table("source")))
        op.execute(sa.delete(sa.table(table, sa.column(column))).where(gone))
        op.create_foreign_key(
            f"{table}_{column}_fkey", table, "source", [column], ["id"], ondelete="CASCADE"
        )
    op.drop_table("removed_source")
