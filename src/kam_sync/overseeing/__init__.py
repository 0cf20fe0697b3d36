"""The whole portfolio on one sheet: what people who lead key account managers look at."""

from kam_sync.accounts.store import NOBODY
from kam_sync.kpi.standing import By, Kept, Placed, Wanted
from kam_sync.overseeing.order import KamBy, sorted_kams
from kam_sync.overseeing.reading import Kam, Lost, Overseer, Portfolio
from kam_sync.overseeing.week import Event, Kind, happened

__all__ = [
    "NOBODY",
    "By",
    "Event",
    "Kam",
    "KamBy",
    "Kept",
    "Kind",
    "Lost",
    "Overseer",
    "Placed",
    "Portfolio",
    "Wanted",
    "happened",
    "sorted_kams",
]
