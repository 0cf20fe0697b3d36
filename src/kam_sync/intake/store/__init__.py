"""The tables of the intake: sources, raw records, runs, turns."""

from kam_sync.intake.store.raw import RawStore
from kam_sync.intake.store.runs import RunStore
from kam_sync.intake.store.sources import SourceStore
from kam_sync.intake.store.turns import SharedTurns, TurnStore

__all__ = ["RawStore", "RunStore", "SharedTurns", "SourceStore", "TurnStore"]
