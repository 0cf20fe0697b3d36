"""Accounts with a time zone of their own.

`own_zone` says whose it is by now: of an account that was merged into another, it is that one's
unless that one has its own.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0560"
down_revision = "20261129_0541"
branch_labels = None
depends_on = None

_OWN = """
    CREATE VIEW own_zone AS
    SELECT DISTINCT ON (account_id) account_id, zone, "by", at FROM (
        SELECT coalesce(a.merged_into, a.id) AS account_id, a.id, z.zone, z."by", z.at
        FROM account_zone z JOIN account a ON a.id = z.account_id
    ) said
    ORDER BY account_id, id <> account_id, at DESC
"""
_IS_DUE = """
    CREATE FUNCTION account_zone_is_due() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO kpi_due (noun, account_id)
        SELECT 'account_zone', coalesce(a.merged_into, a.id) FROM changed c
        JOIN account a ON a.id = c.account_id;
        RETURN NULL;
    END $$
"""
_EVENTS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
_MEASURED = """
    DELETE FROM kpi_measured;
    ALTER TABLE kpi_measured DROP CONSTRAINT kpi_measured_pkey;
    {column};
    ALTER TABLE kpi_measured ADD PRIMARY KEY ({key})
"""
"""What was measured is forgotten: all is measured anew, once."""


def upgrade() -> None:
    op.create_table(
        "account_zone",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.execute(_OWN)
    op.execute(_IS_DUE)
    for event, rows in _EVENTS.items():
        op.execute(
            f"CREATE TRIGGER account_zone_is_due_{event.lower()} AFTER {event} ON account_zone "
            f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT "
            "EXECUTE FUNCTION account_zone_is_due()"
        )
    _measured("ALTER TABLE kpi_measured ADD COLUMN zone varchar NOT NULL", "kpi, zone")


def downgrade() -> None:
    _measured("ALTER TABLE kpi_measured DROP COLUMN zone", "kpi")
    op.execute("DROP VIEW own_zone")
    op.drop_table("account_zone")
    op.execute("DROP FUNCTION account_zone_is_due()")


def _measured(column: str, key: str) -> None:
    for statement in _MEASURED.format(column=column, key=key).split(";"):
        op.execute(statement)
