"""The tables of this room: findings, and the rules that people have changed or added."""

from kam_sync.drift.store.findings import DriftStore
from kam_sync.drift.store.rules import RuleStore

__all__ = ["DriftStore", "RuleStore"]
