"""How far the pulls of a source have come, read from the journal, the cursors and the records."""

import sqlalchemy as sa

from connectors import ErrorKind, Noun
from kam_sync.base.db import Session
from kam_sync.intake.model import RunState
from kam_sync.intake.progress import NounProgress, PastSync

_PROGRESS = sa.text("""
    SELECT newest.noun, newest.started_at AS began_at, newest.ended_at, newest.state,
        newest.error_kind, newest.message, newest.counts, good.started_at AS last_good_at,
        cursor.loaded_at
    FROM unnest(CAST(:nouns AS text[])) AS wanted (noun)
    CROSS JOIN LATERAL (
        SELECT * FROM run WHERE source_id = :source_id AND noun = wanted.noun
        ORDER BY id DESC LIMIT 1
    ) AS newest
    LEFT JOIN LATERAL (
        SELECT started_at FROM run
        WHERE source_id = :source_id AND noun = wanted.noun AND state = 'done'
        ORDER BY id DESC LIMIT 1
    ) AS good ON true
    LEFT JOIN cursor ON cursor.source_id = :source_id AND cursor.noun = wanted.noun
    ORDER BY newest.id
""")

_RECORDS = sa.text("""
    SELECT noun, here.records - coalesce(gone.records, 0) AS records
    FROM (
        SELECT noun, count(*) AS records FROM raw_record WHERE source_id = :source_id GROUP BY noun
    ) AS here
    LEFT JOIN (
        SELECT noun, count(*) AS records FROM raw_record
        WHERE source_id = :source_id AND gone_at IS NOT NULL GROUP BY noun
    ) AS gone USING (noun)
""")
"""Both counts are of indexes alone: three times as fast as asking each row whether it is gone."""

_SYNCS = sa.text("""
    SELECT whole.started_at AS began_at, whole.ended_at, whole.state, whole.error_kind,
        whole.message, did.*
    FROM (
        SELECT *, lead(id) OVER (ORDER BY id) AS next_id FROM (
            SELECT * FROM run WHERE source_id = :source_id AND noun = ''
            ORDER BY id DESC LIMIT :most
        ) AS newest
    ) AS whole
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(CAST(counts ->> 'read' AS bigint)), 0) AS read,
            coalesce(sum(CAST(counts ->> 'created' AS bigint)), 0) AS created,
            coalesce(sum(CAST(counts ->> 'updated' AS bigint)), 0) AS updated,
            coalesce(sum(CAST(counts ->> 'deleted' AS bigint)), 0) AS deleted,
            coalesce(sum(CAST(counts ->> 'rejected' AS bigint)), 0) AS rejected
        FROM run
        WHERE source_id = :source_id AND noun <> '' AND step = whole.step
            AND id > whole.id AND (whole.next_id IS NULL OR id < whole.next_id)
    ) AS did
    ORDER BY whole.id DESC
""")
"""What belongs to a sync was written down after it began and before the next one did."""


def progress_of(session: Session, source_id: int) -> list[NounProgress]:
    """Every kind of record that was ever pulled, in the order of the newest sync."""
    found = session.execute(
        _PROGRESS, {"source_id": source_id, "nouns": [noun.value for noun in Noun]}
    ).mappings()
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


def raws_of(session: Session, source_id: int) -> dict[str, int]:
    """How many raw records of each kind are not gone; counts them, so ask seldom."""
    found = session.execute(_RECORDS, {"source_id": source_id})
    return {row.noun: row.records for row in found}


def syncs_of(session: Session, source_id: int, *, limit: int) -> list[PastSync]:
    """The newest syncs of a source, each with what it did to all kinds of records."""
    found = session.execute(_SYNCS, {"source_id": source_id, "most": limit}).mappings()
    return [
        PastSync(
            **{
                **row,
                "state": RunState(row["state"]),
                "error_kind": ErrorKind(row["error_kind"]),
            }
        )
        for row in found
    ]
