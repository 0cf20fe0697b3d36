"""How much room the database takes, and its largest tables."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

_TABLES = sa.text("""
    SELECT relname AS name, pg_total_relation_size(oid) AS bytes
    FROM pg_class WHERE relkind IN ('r', 'm') AND relnamespace = current_schema()::regnamespace
    ORDER BY bytes DESC, name LIMIT :limit
""")


def size_of_database(session: Session) -> int:
    """Bytes on the disk of the server."""
    found: int = session.execute(
        sa.text("SELECT pg_database_size(current_database())")
    ).scalar_one()
    return found


def largest_tables(session: Session, *, limit: int) -> dict[str, int]:
    """Bytes of the largest tables with their indexes."""
    found = session.execute(_TABLES, {"limit": limit})
    return {row.name: row.bytes for row in found}
