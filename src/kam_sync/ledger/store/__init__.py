"""The tables of the ledger: what the CRM has just shown, and what every check found."""

from kam_sync.ledger.store.checks import MOST_IDS, LedgerStore
from kam_sync.ledger.store.comparing import ComparingStore
from kam_sync.ledger.store.reading import LedgerBook, NamedLine

__all__ = ["MOST_IDS", "ComparingStore", "LedgerBook", "LedgerStore", "NamedLine"]
