"""The database: PostgreSQL embedded or by URL, transactions, bulk writes, migrations."""

from sqlalchemy.orm import Session

from kam_sync.base.db.bulk import Merged, copy_rows, merge, merge_staged, stage_rows, table_of
from kam_sync.base.db.engine import (
    Database,
    busy_when_locked,
    clock_of,
    hold_still,
    is_refused,
    open_database,
)
from kam_sync.base.db.limited import LimitedDatabase, is_limited
from kam_sync.base.db.lists import LISTED, as_array, is_among, listed
from kam_sync.base.db.masking import mask

__all__ = [
    "LISTED",
    "Database",
    "LimitedDatabase",
    "Merged",
    "Session",
    "as_array",
    "busy_when_locked",
    "clock_of",
    "copy_rows",
    "hold_still",
    "is_among",
    "is_limited",
    "is_refused",
    "listed",
    "mask",
    "merge",
    "merge_staged",
    "open_database",
    "stage_rows",
    "table_of",
]
