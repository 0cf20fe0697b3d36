"""The tables of the intake: sources, raw records, runs."""

from kam_sync.intake.store.raw import RawStore
from kam_sync.intake.store.runs import RunStore
from kam_sync.intake.store.sources import SourceStore

__all__ = ["RawStore", "RunStore", "SourceStore"]
