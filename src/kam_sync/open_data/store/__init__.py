"""The SQL of open data: its views, who may read them, and reading them into files."""

from kam_sync.open_data.model import View
from kam_sync.open_data.store import customers, given, measured, selling
from kam_sync.open_data.store.making import MakingStore, NoRight
from kam_sync.open_data.store.readers import Reader, ReaderStore
from kam_sync.open_data.store.snapshot import Part, SnapshotStore

VIEWS: tuple[View, ...] = (*customers.VIEWS, *selling.VIEWS, *given.VIEWS, *measured.VIEWS)
"""All views, in the order in which people see them."""

__all__ = ["VIEWS", "MakingStore", "NoRight", "Part", "Reader", "ReaderStore", "SnapshotStore"]
