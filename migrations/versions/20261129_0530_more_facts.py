"""More facts: returns of goods, costs of customers, contracts; who has any new one is due."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op

revision = "20261129_0530"
down_revision = "20261129_0520"
branch_labels = None
depends_on = None

_Columns = Sequence[tuple[str, str]]

_TABLES: Mapping[str, tuple[str, _Columns]] = {
    "return": (
        "returned_on",
        (("returned_on", "day!"), ("amount", "exact!"), ("currency", "text!"), ("number", "text"),
         ("sku", "text"), ("product", "text"), ("quantity", "exact"), ("cost", "exact"),
         ("reason", "text"), ("shipment_number", "text")),
    ),
    "cost": (
        "spent_on",
        (("spent_on", "day!"), ("kind", "choice!"), ("amount", "exact!"), ("currency", "text!"),
         ("number", "text"), ("purpose", "text")),
    ),
    "contract": (
        "starts_on",
        (("number", "text!"), ("starts_on", "day!"), ("ends_on", "day"), ("amount", "exact"),
         ("currency", "text"), ("payment_days", "whole"), ("credit_limit", "exact"),
         ("notice_days", "whole"), ("is_renewed", "flag"), ("rebate_steps", "text"),
         ("rebate_period", "choice")),
    ),
}  # fmt: skip
_TYPES = {
    "day": sa.Date(),
    "exact": sa.Numeric(30, 4),
    "text": sa.String(),
    "whole": sa.Integer(),
    "flag": sa.Boolean(),
    "choice": sa.String(32),
}
_IS_DUE = """
    INSERT INTO kpi_due (noun, source_id, about_noun, external_id)
    SELECT DISTINCT '{table}', source_id, 'company', company_external_id
    FROM {rows} WHERE company_external_id IS NOT NULL;
"""
_FUNCTION = """
    CREATE FUNCTION {table}_is_due() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP <> 'INSERT' THEN {was} END IF;
        IF TG_OP <> 'DELETE' THEN {now} END IF;
        RETURN NULL;
    END $$
"""
_EVENTS = {
    "INSERT": "NEW TABLE AS is_now",
    "UPDATE": "OLD TABLE AS was NEW TABLE AS is_now",
    "DELETE": "OLD TABLE AS was",
}


def upgrade() -> None:
    for table, (day, columns) in _TABLES.items():
        op.create_table(
            table,
            sa.Column("source_id", sa.Integer(), nullable=False),
            sa.Column("external_id", sa.String(), nullable=False),
            sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("is_deleted", sa.Boolean(), nullable=False),
            sa.Column("company_external_id", sa.String(), nullable=True),
            *(_column(name, kind) for name, kind in columns),
            sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("source_id", "external_id"),
        )
        op.create_index(f"{table}_company", table, ["source_id", "company_external_id", day])
        op.create_index(
            f"{table}_deleted",
            table,
            ["source_id", "external_id"],
            postgresql_where=sa.text("is_deleted"),
        )
        _watch(table)


def _watch(table: str) -> None:
    was, now = (_IS_DUE.format(table=table, rows=rows) for rows in ("was", "is_now"))
    op.execute(_FUNCTION.format(table=table, was=was, now=now))
    for event, rows in _EVENTS.items():
        op.execute(
            f"CREATE TRIGGER {table}_is_due_{event.lower()} AFTER {event} ON {table} "
            f"REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_due()"
        )


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
        op.execute(f"DROP FUNCTION {table}_is_due()")


def _column(name: str, kind: str) -> sa.Column[object]:
    return sa.Column(name, _TYPES[kind.rstrip("!")], nullable=not kind.endswith("!"))
