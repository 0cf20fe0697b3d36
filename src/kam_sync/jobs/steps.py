"""How the work of each step gets into the queue; a step that is not named here has no schedule."""

from collections.abc import Callable, Iterable, Mapping

from kam_sync.base.db import Session
from kam_sync.intake.model import Source
from kam_sync.jobs import queue
from kam_sync.jobs.model import Key, Step
from kam_sync.wiring import can_subscribe

_OF_SOURCE: Mapping[Step, Callable[[Session, int], bool]] = {
    Step.SYNC: queue.defer_sync,
    Step.FULL: queue.defer_full,
    Step.HOOKS: queue.defer_subscribing,
    Step.RECONCILE: queue.reconcile_all,
}
_OF_HOUSE: Mapping[Step, Callable[[Session], bool]] = {
    Step.MEASURE: queue.defer_measure,
    Step.GRANTS: queue.defer_renewal,
    Step.HOUSEKEEPING: queue.defer_housekeeping,
}


def of(source: Source | None) -> list[Step]:
    """The steps of a source, or of the house."""
    if source is None:
        return list(_OF_HOUSE)
    return [step for step in _OF_SOURCE if step is not Step.HOOKS or can_subscribe(source.kind)]


def keys(sources: Iterable[Source]) -> list[Key]:
    """The schedules of these sources and of the house."""
    of_sources = [(step, source.id) for source in sources for step in of(source)]
    return [*of_sources, *((step, None) for step in of(None))]


def defer(session: Session, key: Key) -> bool:
    """Queue the work of a schedule; False when it is waiting already."""
    step, source_id = key
    return _OF_HOUSE[step](session) if source_id is None else _OF_SOURCE[step](session, source_id)
