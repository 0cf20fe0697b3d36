"""Lets a source go piece by piece, so that nobody waits for it."""

import sqlalchemy as sa
from sqlmodel import col

from kam_sync.base.db import Session
from kam_sync.intake.model import SourceState
from kam_sync.intake.store.hook_keys import HookKeyRow
from kam_sync.intake.store.sources import SourceRow

_TABLES = sa.text("""
    SELECT child.relname, side.attname
    FROM pg_constraint AS bond
    JOIN pg_class AS child ON child.oid = bond.conrelid
    JOIN pg_attribute AS side ON side.attrelid = bond.conrelid AND side.attnum = bond.conkey[1]
    WHERE bond.contype = 'f' AND bond.confrelid = 'source'::regclass
        AND child.relname <> ALL(:kept)
    ORDER BY child.relname
""")
_KEPT = ["subscription", "source_grant"]
"""A row each, and what takes leave of the CRM when a removal was cut short; go with the source."""
_SAID = "not all that came from it is deleted yet"


class RemovalStore:
    """Deletes what came from one source."""

    def __init__(self, session: Session, source_id: int) -> None:
        self._session = session
        self._source_id = source_id

    def begin(self) -> None:
        """From the commit on the source is neither pulled nor are its webhooks taken."""
        row = SourceRow
        self._session.execute(
            sa.update(row)
            .where(col(row.id) == self._source_id)
            .values(state=SourceState.REMOVING, state_reason=_SAID)
        )
        self._session.execute(
            sa.delete(HookKeyRow).where(col(HookKeyRow.source_id) == self._source_id)
        )

    def tables(self) -> dict[str, str]:
        """All tables with rows of sources, whichever room they belong to, and their column."""
        return dict(self._session.execute(_TABLES, {"kept": _KEPT}).all())

    def drop_some(self, table: str, column: str, *, limit: int) -> bool:
        """Delete so many rows of a table; False when there were no more."""
        ours = sa.table(table, sa.column("ctid"), sa.column(column))
        some = sa.select(ours.c.ctid).where(ours.c[column] == self._source_id).limit(limit)
        places = sa.func.any(sa.func.array(some.scalar_subquery()))
        found = self._session.execute(
            sa.delete(ours).where(ours.c.ctid == places).returning(sa.literal(1))
        )
        return len(found.all()) == limit
