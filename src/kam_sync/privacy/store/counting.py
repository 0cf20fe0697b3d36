"""Counts what personal data there is, table by table."""

from collections.abc import Iterable

import sqlalchemy as sa

from kam_sync.base.db import Session

_FEW = 200_000
_ESTIMATES = """
    SELECT c.relname, greatest(c.reltuples, 0)::bigint FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        AND c.relname = ANY(:tables)
"""
_COLUMNS = """
    SELECT c.table_name, c.column_name FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.udt_name IN
        ('text', 'varchar', 'bpchar', 'citext', 'json', 'jsonb', 'bytea', 'xml', '_text',
        '_varchar', '_json', '_jsonb')
"""


def text_columns(session: Session) -> set[tuple[str, str]]:
    """Every (table, column) of the database that may hold a text."""
    return {(table, name) for table, name in session.execute(sa.text(_COLUMNS))}


def counts(session: Session, tables: Iterable[str]) -> dict[str, int]:
    """How many rows each table has; large ones as the database reckons it, which is nearly so."""
    names = list(tables)
    found: dict[str, int] = dict(session.execute(sa.text(_ESTIMATES), {"tables": names}).all())
    few = [
        sa.select(sa.literal(name), sa.func.count()).select_from(sa.table(name))
        for name, number in found.items()
        if number < _FEW
    ]
    counted = dict(session.execute(sa.union_all(*few)).all()) if few else {}
    return found | counted
