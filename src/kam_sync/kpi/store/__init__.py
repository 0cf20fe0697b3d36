"""The points of accounts and groups: computed set-wise in the database, and read."""

from kam_sync.kpi.store.points import KpiStore

__all__ = ["KpiStore"]
