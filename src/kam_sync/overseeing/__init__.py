"""The whole portfolio on one sheet: what people who lead key account managers look at."""

from kam_sync.accounts.store import NOBODY
from kam_sync.kpi.standing import By, Kept, Placed, Step, Sums, Wanted
from kam_sync.overseeing.reading import Kam, Lost, Overseer, Portfolio
from kam_sync.overseeing.week import Event, Kind, happened

__all__ = [
    "NOBODY",
    "By",
    "Event",
    "Kam",
    "Kept",
    "Kind",
    "Lost",
    "Overseer",
    "Placed",
    "Portfolio",
    "Step",
    "Sums",
    "Wanted",
    "happened",
]
