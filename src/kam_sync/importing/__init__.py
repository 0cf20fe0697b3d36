"""Tables that are given to us, by file or by API, walk through the same rooms as all else."""

from kam_sync.importing.given_source import (
    KIND,
    find_source,
    given_source,
    map_of,
    table_of,
    with_map,
)  # fmt: skip
from kam_sync.importing.giving import Answer, OtherBody, give, take_back
from kam_sync.importing.reading import Rejected
from kam_sync.importing.running import Counts, Import, Watch, import_rows, try_rows

__all__ = [
    "KIND",
    "Answer",
    "Counts",
    "Import",
    "OtherBody",
    "Rejected",
    "Watch",
    "find_source",
    "give",
    "given_source",
    "import_rows",
    "map_of",
    "table_of",
    "take_back",
    "try_rows",
    "with_map",
]
