"""The tables of the account store: saving what sources hold, reading what people ask."""

from kam_sync.accounts.store.fields import FieldStore
from kam_sync.accounts.store.reading import AccountStore, Key, Wanted
from kam_sync.accounts.store.saving import SavingStore

__all__ = ["AccountStore", "FieldStore", "Key", "SavingStore", "Wanted"]
