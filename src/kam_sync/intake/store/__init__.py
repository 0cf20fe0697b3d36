"""The tables of the intake: sources, grants, raw records, runs, turns, writes, webhooks."""

from kam_sync.intake.store.activity import Activity, ActivityStore
from kam_sync.intake.store.announced import AnnouncedStore
from kam_sync.intake.store.asked import AskedStore
from kam_sync.intake.store.consents import ConsentStore
from kam_sync.intake.store.erasing import ErasingIntake
from kam_sync.intake.store.given import GivenStore
from kam_sync.intake.store.gone import APPROVED, GoneStore
from kam_sync.intake.store.grants import GrantStore
from kam_sync.intake.store.held import HeldStore
from kam_sync.intake.store.hints import HintStore
from kam_sync.intake.store.hook_keys import HookKeyStore
from kam_sync.intake.store.inbox import InboxStore
from kam_sync.intake.store.progress import progress_of, raws_of, syncs_of
from kam_sync.intake.store.raw import RawStore, digest_of
from kam_sync.intake.store.removal import RemovalStore
from kam_sync.intake.store.runs import RunStore
from kam_sync.intake.store.sources import SourceStore
from kam_sync.intake.store.subscriptions import SubscriptionStore
from kam_sync.intake.store.turns import SharedTurns, TurnStore
from kam_sync.intake.store.walks import WalkStore
from kam_sync.intake.store.writes import (
    WriteStore,
    asks_for,
    finishing,
    mark_of_writes,
    sources_with_waiting,
    write_of,
    writes_of_keys,
)

__all__ = [
    "APPROVED",
    "Activity",
    "ActivityStore",
    "AnnouncedStore",
    "AskedStore",
    "ConsentStore",
    "ErasingIntake",
    "GivenStore",
    "GoneStore",
    "GrantStore",
    "HeldStore",
    "HintStore",
    "HookKeyStore",
    "InboxStore",
    "RawStore",
    "RemovalStore",
    "RunStore",
    "SharedTurns",
    "SourceStore",
    "SubscriptionStore",
    "TurnStore",
    "WalkStore",
    "WriteStore",
    "asks_for",
    "digest_of",
    "finishing",
    "mark_of_writes",
    "progress_of",
    "raws_of",
    "sources_with_waiting",
    "syncs_of",
    "write_of",
    "writes_of_keys",
]
