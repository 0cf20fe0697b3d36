"""How far the pulls of a source have come, read from the journal, the cursors and the records."""

import sqlalchemy as sa

from connectors import ErrorKind
from kam_sync.base.db import Session
from kam_sync.intake.model import RunState
from kam_sync.intake.progress import NounProgress

_PROGRESS = sa.text("""
    SELECT newest.noun, newest.started_at AS began_at, newest.ended_at, newest.state,
        newest.error_kind, newest.message, newest.counts, good.last_good_at,
        cursor.loaded_at
    FROM (
        SELECT DISTINCT ON (noun) * FROM run
        WHERE source_id = :source_id AND noun <> '' ORDER BY noun, id DESC
    ) AS newest
    LEFT JOIN (
        SELECT noun, max(started_at) AS last_good_at FROM run
        WHERE source_id = :source_id AND noun <> '' AND state = 'done' GROUP BY noun
    ) AS good USING (noun)
    LEFT JOIN cursor ON cursor.source_id = :source_id AND cursor.noun = newest.noun
    ORDER BY newest.id
""")

_RECORDS = sa.text("""
    SELECT noun, count(*) AS records FROM raw_record
    WHERE source_id = :source_id AND gone_at IS NULL GROUP BY noun
""")


def progress_of(session: Session, source_id: int) -> list[NounProgress]:
    """Every kind of record that was ever pulled, in the order of the newest sync."""
    found = session.execute(_PROGRESS, {"source_id": source_id}).mappings()
    return [
        NounProgress(
            **{
                **row,
                "state": RunState(row["state"]),
                "error_kind": ErrorKind(row["error_kind"]),
            }
        )
        for row in found
    ]


def records_of(session: Session, source_id: int) -> dict[str, int]:
    """How many records of each kind the CRM has, as far as we know; it counts, so ask seldom."""
    found = session.execute(_RECORDS, {"source_id": source_id})
    return {row.noun: row.records for row in found}
