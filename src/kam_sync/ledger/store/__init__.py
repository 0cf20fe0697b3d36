"""The tables of the ledger: what the CRM has just shown, and what every check found."""

from kam_sync.ledger.store.checks import LedgerStore
from kam_sync.ledger.store.comparing import ComparingStore
from kam_sync.ledger.store.reading import LedgerBook

__all__ = ["ComparingStore", "LedgerBook", "LedgerStore"]
