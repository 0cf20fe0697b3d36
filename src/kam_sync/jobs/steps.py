"""How the work of each step gets into the queue; a step that is not named here has no schedule."""

from collections.abc import Callable, Iterable, Mapping

from kam_sync.base.db import Session
from kam_sync.jobs import queue
from kam_sync.jobs.model import Key, Step

OF_SOURCE: Mapping[Step, Callable[[Session, int], bool]] = {
    Step.SYNC: queue.defer_sync,
    Step.FULL: queue.defer_full,
    Step.RECONCILE: queue.reconcile_all,
}
OF_HOUSE: Mapping[Step, Callable[[Session], bool]] = {
    Step.MEASURE: queue.defer_measure,
    Step.GRANTS: queue.defer_renewal,
    Step.HOUSEKEEPING: queue.defer_housekeeping,
}


def keys(source_ids: Iterable[int]) -> list[Key]:
    """The schedules of these sources and of the house."""
    of_sources = [(step, source_id) for source_id in source_ids for step in OF_SOURCE]
    return [*of_sources, *((step, None) for step in OF_HOUSE)]


def defer(session: Session, key: Key) -> bool:
    """Queue the work of a schedule; False when it is waiting already."""
    step, source_id = key
    return OF_HOUSE[step](session) if source_id is None else OF_SOURCE[step](session, source_id)
