"""The tables of the timetable, and what we ask of the queue's own tables."""

from kam_sync.jobs.store.load import STATUSES, Load, LoadStore
from kam_sync.jobs.store.origins import OriginStore
from kam_sync.jobs.store.queue import QueueStore
from kam_sync.jobs.store.schedules import Kept, ScheduleStore
from kam_sync.jobs.store.ticks import TickStore

__all__ = [
    "STATUSES", "Kept", "Load", "LoadStore", "OriginStore", "QueueStore", "ScheduleStore",
    "TickStore",
]  # fmt: skip
