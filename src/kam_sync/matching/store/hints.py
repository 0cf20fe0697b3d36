"""Keeps what another matcher says of pairs, until it says something else."""

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from kam_sync.base.db import Session, copy_rows, listed, table_of
from kam_sync.matching.grouping import Company, Pair
from kam_sync.matching.store.tables import HintRow

_COLUMNS = ("one_source_id", "one_id", "other_source_id", "other_id", "weight")
_ARE_DUE = """
    INSERT INTO match_due
    SELECT c.source_id, c.external_id FROM company c JOIN (
        SELECT one_source_id, one_id FROM match_hint
        UNION SELECT other_source_id, other_id FROM match_hint
    ) AS h(source_id, external_id) USING (source_id, external_id)
    ON CONFLICT (source_id, external_id) DO UPDATE SET is_read = false
"""
_HAS_BOTH = """
    DELETE FROM match_hint h WHERE NOT (
        EXISTS (SELECT FROM company c
            WHERE c.source_id = h.one_source_id AND c.external_id = h.one_id)
        AND EXISTS (SELECT FROM company c
            WHERE c.source_id = h.other_source_id AND c.external_id = h.other_id))
"""
_OF = """
    SELECT h.one_source_id, h.one_id, h.other_source_id, h.other_id, h.weight FROM match_hint h
    JOIN unnest(CAST(:sources AS int[]), CAST(:ids AS text[])) AS k(source_id, external_id)
        ON h.one_source_id = k.source_id AND h.one_id = k.external_id
    UNION
    SELECT h.one_source_id, h.one_id, h.other_source_id, h.other_id, h.weight FROM match_hint h
    JOIN unnest(CAST(:sources AS int[]), CAST(:ids AS text[])) AS k(source_id, external_id)
        ON h.other_source_id = k.source_id AND h.other_id = k.external_id
"""


class HintStore:
    """Reads and writes hints."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def replace(self, hints: Iterable[tuple[Pair, float]]) -> int:
        """Keep these instead of all that were; how many are about companies that are here.

        The companies of both are matched again. No pair twice.
        """
        self._session.execute(sa.text(_ARE_DUE))
        table = table_of(HintRow)
        self._session.execute(sa.delete(table))
        rows = ((*one, *other, weight) for (one, other), weight in hints)
        copy_rows(self._session, table, _COLUMNS, rows)
        self._session.execute(sa.text(_HAS_BOTH))
        self._session.execute(sa.text(_ARE_DUE))
        return self._session.scalar(sa.select(sa.func.count()).select_from(table)) or 0

    def of(self, companies: Collection[Company]) -> dict[Pair, float]:
        """What is said of pairs that one of these companies belongs to."""
        found = self._session.execute(sa.text(_OF), listed(companies))
        return {((a, b), (c, d)): weight for a, b, c, d, weight in found}
