"""The tables of personal data: terms, erasures, and who looked at it."""

from kam_sync.privacy.store.counting import counts, text_columns
from kam_sync.privacy.store.events import EventStore, WantedEvents
from kam_sync.privacy.store.register import RegisterStore
from kam_sync.privacy.store.terms import TermStore

__all__ = [
    "EventStore",
    "RegisterStore",
    "TermStore",
    "WantedEvents",
    "counts",
    "text_columns",
]
