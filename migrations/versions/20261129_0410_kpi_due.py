"""Whose KPIs are to be measured anew: written by triggers, so that nobody who writes forgets it.

One row for each company, contact, deal or account that a statement touched, as it was and as it
is; several rows about one are as good as one. Nothing is compared and no key is kept, so writers
never wait for each other here.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0410"
down_revision = "20261129_0400"
branch_labels = None
depends_on = None

_OF_COMPANY = ("'company'", "company_external_id")
_ABOUT = ("about_noun", "about_external_id")
_TABLES = {
    "company": ("'company'", "external_id"),
    **dict.fromkeys(
        ("contact", "deal", "customer", "payment", "shipment", "sell_out", "stock", "nps_answer",
         "plan", "budget", "receivable"), _OF_COMPANY,
    ),
    "purchase": ("'customer'", "customer_external_id"),
    "invoice": ("payer_noun", "payer_external_id"),
    "task": _ABOUT,
    "activity": _ABOUT,
    "crm_write": _ABOUT,
}  # fmt: skip
"""By table what record a row is about."""
_RECORD = """
    INSERT INTO kpi_due (noun, source_id, about_noun, external_id)
    SELECT DISTINCT '{table}', source_id, {about}, {key} FROM {rows} WHERE {key} IS NOT NULL;
"""
_ACCOUNT = """
    INSERT INTO kpi_due (noun, account_id) SELECT DISTINCT '{table}', {key} FROM {rows};
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
    op.create_table(
        "kpi_due",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("about_noun", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "kpi_measured",
        sa.Column("kpi", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("today", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("kpi"),
    )
    for table, (about, key) in _TABLES.items():
        _watch(table, _RECORD, about=about, key=key)
    for table in ("account_link", "account_parent"):
        _watch(table, _ACCOUNT, key="account_id")


def _watch(table: str, insert: str, **values: str) -> None:
    was, now = (insert.format(table=table, rows=rows, **values) for rows in ("was", "is_now"))
    op.execute(_FUNCTION.format(table=table, was=was, now=now))
    for event, rows in _EVENTS.items():
        op.execute(
            f"CREATE TRIGGER {table}_is_due_{event.lower()} AFTER {event} ON {table} "
            f"REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_due()"
        )


def downgrade() -> None:
    for table in (*_TABLES, "account_link", "account_parent"):
        op.execute(f"DROP FUNCTION {table}_is_due() CASCADE")
    op.drop_table("kpi_measured")
    op.drop_table("kpi_due")
