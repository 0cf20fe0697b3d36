"""Facts: payments, shipments, sell-out, stock, NPS answers, plans, budgets, receivables."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op

revision = "20261128_1600"
down_revision = "20261128_1400"
branch_labels = None
depends_on = None

_Columns = Sequence[tuple[str, str]]

_TABLES: Mapping[str, tuple[str, _Columns]] = {
    "payment": (
        "paid_on",
        (("paid_on", "day!"), ("amount", "exact!"), ("currency", "text!"), ("number", "text"),
         ("invoice_external_id", "text"), ("purpose", "text")),
    ),
    "shipment": (
        "shipped_on",
        (("shipped_on", "day!"), ("amount", "exact!"), ("currency", "text!"), ("number", "text"),
         ("sku", "text"), ("product", "text"), ("quantity", "exact"), ("ordered", "exact"),
         ("cost", "exact"), ("promised_on", "day")),
    ),
    "sell_out": (
        "sold_on",
        (("sold_on", "day!"), ("since", "day"), ("sku", "text"), ("product", "text"),
         ("quantity", "exact"), ("amount", "exact"), ("currency", "text")),
    ),
    "stock": (
        "counted_on",
        (("counted_on", "day!"), ("quantity", "exact!"), ("sku", "text"), ("product", "text"),
         ("warehouse", "text"), ("amount", "exact"), ("currency", "text")),
    ),
    "nps_answer": (
        "answered_on",
        (("answered_on", "day!"), ("score", "whole!"), ("contact_external_id", "text"),
         ("survey", "text"), ("comment", "text")),
    ),
    "plan": (
        "starts_on",
        (("kpi", "text!"), ("starts_on", "day!"), ("ends_on", "day!"), ("target", "exact!"),
         ("currency", "text")),
    ),
    "budget": (
        "starts_on",
        (("name", "text!"), ("starts_on", "day!"), ("ends_on", "day!"), ("amount", "exact!"),
         ("currency", "text!"), ("spent", "exact")),
    ),
    "receivable": (
        "counted_on",
        (("counted_on", "day!"), ("amount", "exact!"), ("currency", "text!"),
         ("overdue", "exact"), ("contract", "text")),
    ),
}  # fmt: skip
_TYPES = {
    "day": sa.Date(),
    "exact": sa.Numeric(30, 4),
    "text": sa.String(),
    "whole": sa.Integer(),
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
    for name, kind in (("number", "text"), ("issued_on", "day"), ("due_on", "day"),
                       ("paid_amount", "exact")):  # fmt: skip
        op.add_column("invoice", _column(name, kind))


def downgrade() -> None:
    for name in ("paid_amount", "due_on", "issued_on", "number"):
        op.drop_column("invoice", name)
    for table in reversed(_TABLES):
        op.drop_table(table)


def _column(name: str, kind: str) -> sa.Column[object]:
    return sa.Column(name, _TYPES[kind.rstrip("!")], nullable=not kind.endswith("!"))
