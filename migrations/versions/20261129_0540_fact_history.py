"""What facts were before they were corrected or deleted, and when they first came.

The history is written by a trigger, so that nobody who writes forgets it. It looks at what an
UPDATE or a DELETE has changed, so that facts which are new cost nothing. Another table of facts
gets it by `CALL keep_history_of('gift')`; where the noun is not the table's name, by
`CALL keep_history_of('gift_given', 'gift')`. A source that is being removed takes its history
along: of what is deleted with it nothing is written.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261129_0540"
down_revision = "20261129_0530"
branch_labels = None
depends_on = None

_TABLES = (
    "payment", "shipment", "sell_out", "stock", "nps_answer", "plan", "budget", "receivable",
    "return", "cost", "contract", "invoice",
)  # fmt: skip
_FUNCTION = """
    CREATE FUNCTION keep_fact_history() RETURNS trigger LANGUAGE plpgsql
    SET enable_nestloop = off  -- a plan is kept, and often made where nothing has changed yet
    AS $$
    DECLARE
        ours CONSTANT text[] := '{source_id,external_id,changed_at,updated_at,first_seen_at}';
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            INSERT INTO fact_history
                (source_id, noun, external_id, at, about_noun, about_external_id, was, became)
            SELECT b.source_id, TG_ARGV[0], b.external_id, b.at,
                coalesce(b.was ->> 'payer_noun', 'company'),
                coalesce(b.was ->> 'company_external_id', b.was ->> 'payer_external_id'), b.was,
                (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(b.became) e
                 WHERE e.value IS DISTINCT FROM b.was -> e.key)
            FROM (
                SELECT n.source_id, n.external_id, n.changed_at AS at,
                    to_jsonb(w) - ours AS was, to_jsonb(n) - ours AS became
                FROM was w JOIN is_now n USING (source_id, external_id)
                OFFSET 0  -- or each of the two would be made anew wherever it is named
            ) b WHERE b.was <> b.became ORDER BY b.source_id, b.external_id;
        ELSE
            INSERT INTO fact_history
                (source_id, noun, external_id, at, about_noun, about_external_id, was)
            SELECT b.source_id, TG_ARGV[0], b.external_id, now(),
                coalesce(b.was ->> 'payer_noun', 'company'),
                coalesce(b.was ->> 'company_external_id', b.was ->> 'payer_external_id'), b.was
            FROM (
                SELECT w.source_id, w.external_id, to_jsonb(w) - ours AS was
                FROM was w JOIN source s ON s.id = w.source_id WHERE s.state <> 'removing'
            ) b ORDER BY b.source_id, b.external_id;
        END IF;
        RETURN NULL;
    END $$
"""
_PROCEDURE = """
    CREATE PROCEDURE keep_history_of(of_table text, noun text DEFAULT NULL) LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE format(
            'CREATE TRIGGER keep_history_of_updated AFTER UPDATE ON %I REFERENCING OLD TABLE AS was
            NEW TABLE AS is_now FOR EACH STATEMENT EXECUTE FUNCTION keep_fact_history(%L)',
            of_table, coalesce(noun, of_table));
        EXECUTE format(
            'CREATE TRIGGER keep_history_of_deleted AFTER DELETE ON %I REFERENCING OLD TABLE AS was
            FOR EACH STATEMENT EXECUTE FUNCTION keep_fact_history(%L)',
            of_table, coalesce(noun, of_table));
    END $$
"""


def upgrade() -> None:
    op.create_table(
        "fact_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("about_noun", sa.String(), nullable=False),
        sa.Column("about_external_id", sa.String(), nullable=True),
        sa.Column("was", JSONB(), nullable=False),
        sa.Column("became", JSONB(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("fact_history_fact", "fact_history", ["source_id", "noun", "external_id", "id"])
    op.create_index(
        "fact_history_about", "fact_history", ["source_id", "about_noun", "about_external_id"]
    )
    op.execute(_FUNCTION)
    op.execute(_PROCEDURE)
    for table in _TABLES:
        op.execute(f"CALL keep_history_of('{table}')")
        # Of what is there already it is not known; whoever adds rows need not name it.
        op.add_column(table, sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=True))
        op.alter_column(table, "first_seen_at", server_default=sa.text("now()"))


def downgrade() -> None:
    op.execute("DROP PROCEDURE keep_history_of")
    op.execute("DROP FUNCTION keep_fact_history CASCADE")
    op.drop_table("fact_history")
    for table in _TABLES:
        op.drop_column(table, "first_seen_at")
