"""The tables of this room: members, their log-ins, keys, wrong passwords and what happened."""

from kam_sync.access.store.events import EventStore
from kam_sync.access.store.keys import KeyStore
from kam_sync.access.store.logins import LoginStore
from kam_sync.access.store.members import MemberStore
from kam_sync.access.store.tries import TryStore

__all__ = ["EventStore", "KeyStore", "LoginStore", "MemberStore", "TryStore"]
