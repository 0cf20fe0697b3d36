"""The tables of the account store: saving what sources hold, reading what people ask."""

from kam_sync.accounts.store.aging import AgingStore
from kam_sync.accounts.store.closing import Closed, ClosingStore, Ending
from kam_sync.accounts.store.corrections import CorrectionStore
from kam_sync.accounts.store.dealing import DealStore
from kam_sync.accounts.store.erasing import (
    ABOUT,
    CONTACTS,
    NAMING,
    ErasingAccounts,
    NamingTable,
    Theirs,
)
from kam_sync.accounts.store.fact_tables import FACTS
from kam_sync.accounts.store.facts import FactStore
from kam_sync.accounts.store.fields import FieldStore
from kam_sync.accounts.store.keepers import KEEPERS, NOBODY, Keeper, KeeperStore
from kam_sync.accounts.store.leaving import LeavingStore, records_of
from kam_sync.accounts.store.linking import LinkingStore
from kam_sync.accounts.store.merging import MergingStore
from kam_sync.accounts.store.moves import MoveStore
from kam_sync.accounts.store.outlook import Outlook, OutlookStore
from kam_sync.accounts.store.owing import OwingStore
from kam_sync.accounts.store.reading import AccountStore
from kam_sync.accounts.store.records import Key, RecordStore, Ref, StageKey, Wanted, kind_of
from kam_sync.accounts.store.saving import RECORD_TABLES, SavingStore, kind_of_noun
from kam_sync.accounts.store.securing import is_secured, secure, sql_for_administrator
from kam_sync.accounts.store.seeing import Own
from kam_sync.accounts.store.stream import StreamStore
from kam_sync.accounts.store.touches import TouchStore
from kam_sync.accounts.store.winners import WinnerStore
from kam_sync.accounts.store.worth import Worth, WorthStore
from kam_sync.accounts.store.zones import ZoneStore

__all__ = [
    "ABOUT",
    "CONTACTS",
    "FACTS",
    "KEEPERS",
    "NAMING",
    "NOBODY",
    "RECORD_TABLES",
    "AccountStore",
    "AgingStore",
    "Closed",
    "ClosingStore",
    "CorrectionStore",
    "DealStore",
    "Ending",
    "ErasingAccounts",
    "FactStore",
    "FieldStore",
    "Keeper",
    "KeeperStore",
    "Key",
    "LeavingStore",
    "LinkingStore",
    "MergingStore",
    "MoveStore",
    "NamingTable",
    "Outlook",
    "OutlookStore",
    "OwingStore",
    "Own",
    "RecordStore",
    "Ref",
    "SavingStore",
    "StageKey",
    "StreamStore",
    "Theirs",
    "TouchStore",
    "Wanted",
    "WinnerStore",
    "Worth",
    "WorthStore",
    "ZoneStore",
    "is_secured",
    "kind_of",
    "kind_of_noun",
    "records_of",
    "secure",
    "sql_for_administrator",
]
