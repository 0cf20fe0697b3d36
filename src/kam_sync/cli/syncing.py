"""Syncs sources in the foreground, one after the other."""

from collections.abc import Sequence

from kam_sync import connecting, flow
from kam_sync.base.errors import Busy, KamSyncError, WrongUse
from kam_sync.intake.model import RunState
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services


def sync_sources(
    services: Services, names: Sequence[str], *, full: bool, watch: flow.Watch
) -> list[flow.SyncResult]:
    """Sync the named sources, or all active ones; one that fails does not stop the others."""
    with services.database.transaction() as session:
        named = [SourceStore(session).by_name(name) for name in names]
        chosen = [(source.id, source.name) for source in named]
    if not names:
        chosen = [(source.id, source.name) for source in connecting.due(services)]
        if not chosen:
            raise WrongUse("no active source; connect one: kam-sync source add --help")
    results = []
    for source_id, name in chosen:
        try:
            results.append(flow.sync(services, source_id, full=full, watch=watch))
        except Busy as error:
            results.append(flow.SyncResult(name, RunState.LATER, str(error)))
        except KamSyncError as error:
            results.append(flow.SyncResult(name, RunState.FAILED, str(error)))
    return results
