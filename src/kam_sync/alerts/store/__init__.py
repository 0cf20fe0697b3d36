"""The tables of this room: alerts about accounts with their history, and incidents of our own."""

from kam_sync.alerts.store.alerts import KNOWN, AlertStore, Identity, Order
from kam_sync.alerts.store.erasing import mask_alerts
from kam_sync.alerts.store.incidents import IncidentStore
from kam_sync.alerts.store.scores import OfMonth, Score, ScoreStore
from kam_sync.alerts.store.stakes import StakeStore

__all__ = [
    "KNOWN",
    "AlertStore",
    "Identity",
    "IncidentStore",
    "OfMonth",
    "Order",
    "Score",
    "ScoreStore",
    "StakeStore",
    "mask_alerts",
]
