"""What came of the syncs and webhooks of all sources lately, as sums for who watches over them."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from kam_sync.base.db import Session

_RUNS = sa.text("""
    SELECT source_id, state, count(*) AS runs FROM run
    WHERE started_at >= :since AND noun <> '' AND source_id IS NOT NULL
    GROUP BY source_id, state
""")
_RECORDS = sa.text("""
    SELECT source_id, what.key AS what, sum(what.value::numeric)::bigint AS records
    FROM run CROSS JOIN LATERAL jsonb_each_text(counts::jsonb) AS what
    WHERE started_at >= :since AND noun <> '' AND source_id IS NOT NULL AND what.key = ANY(:counted)
    GROUP BY source_id, what.key
""")
_HOOKS = sa.text("""
    SELECT source_id, state, count(*) AS hooks FROM hook WHERE received_at >= :since
    GROUP BY source_id, state
""")
_COUNTED = ["read", "created", "updated", "deleted", "rejected", "held", "requests"]


@dataclass(frozen=True, slots=True)
class Activity:
    """Sums of all sources, by the id of the source and what is counted."""

    runs: dict[tuple[int, str], int] = field(default_factory=dict)
    """By how they ended; one for each kind of record that was pulled."""
    records: dict[tuple[int, str], int] = field(default_factory=dict)
    hooks: dict[tuple[int, str], int] = field(default_factory=dict)
    """By what became of them."""


class ActivityStore:
    """Adds up runs and webhooks."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def since(self, moment: datetime) -> Activity:
        """All that began or came since then."""
        asked = {"since": moment, "counted": _COUNTED}
        runs = self._session.execute(_RUNS, asked)
        records = self._session.execute(_RECORDS, asked)
        hooks = self._session.execute(_HOOKS, asked)
        return Activity(
            {(row.source_id, row.state): row.runs for row in runs},
            {(row.source_id, row.what): row.records for row in records},
            {(row.source_id, row.state): row.hooks for row in hooks},
        )
