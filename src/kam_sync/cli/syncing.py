"""Syncs sources in the foreground, one after the other."""

from collections.abc import Iterable, Sequence

from connectors import ErrorKind
from kam_sync import connecting, flow
from kam_sync.base.command import command
from kam_sync.base.errors import Busy, KamSyncError, WrongUse
from kam_sync.intake.model import RunState, Source, SourceState
from kam_sync.intake.store import GrantStore, SourceStore
from kam_sync.wiring import Services


def sync_sources(
    services: Services,
    names: Sequence[str],
    *,
    full: bool = False,
    paused: bool = False,
    watch: flow.Watch | None = None,
) -> list[flow.SyncResult]:
    """Sync the named sources, or all active ones; one that fails does not stop the others.

    Args:
        paused: also those that are paused, by hand and this once.
    """
    chosen = _named(services, names) if names else connecting.due(services)
    if not chosen:
        raise WrongUse(f"no active source{_what_to_do(services)}")
    results = []
    for source in chosen:
        source_id, name = source.id, source.name
        try:
            if source.state is SourceState.PAUSED and not paused:
                said = (
                    f"it is paused, and nothing was pulled; to go on: "
                    f"{command(f'source resume {name}')}; to pull it this once: --paused"
                )
                results.append(flow.SyncResult(name, RunState.LATER, said, ErrorKind.PAUSED))
                continue
            results.append(flow.sync(services, source_id, full=full, watch=watch))
        except Busy as error:
            results.append(flow.SyncResult(name, RunState.LATER, str(error)))
        except KamSyncError as error:
            results.append(flow.SyncResult(name, RunState.FAILED, str(error)))
    return results


def ways_on(services: Services, results: Iterable[flow.SyncResult]) -> dict[str, str]:
    """For each source that was not read to its end, the command with which a person goes on.

    A paused one says that itself.
    """
    ways = {}
    with services.database.transaction() as session:
        sources = {one.name: one for one in SourceStore(session).all()}
        for result in results:
            source = sources.get(result.source)
            if source and not result.is_fine and source.state is not SourceState.PAUSED:
                is_granted = GrantStore(session).of(source.id) is not None
                way = connecting.way_back(source, is_granted=is_granted)
                ways[source.name] = way or command(f"sync {source.name}")
    return ways


def _what_to_do(services: Services) -> str:
    """What helps where nothing can be pulled: a source to be resumed, or a first one."""
    with services.database.transaction() as session:
        names = [one.name for one in SourceStore(session).all() if one.state is SourceState.PAUSED]
    if not names:
        return f"; connect one: {command('source add --help')}"
    return f": {', '.join(names)} paused; to go on: {command(f'source resume {names[0]}')}"


def _named(services: Services, names: Sequence[str]) -> list[Source]:
    with services.database.transaction() as session:
        found = [SourceStore(session).by_name(name) for name in names]
        session.expunge_all()
        return found
