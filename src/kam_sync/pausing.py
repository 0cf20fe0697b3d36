"""Stops work on a source for a person who paused it meanwhile."""

from connectors import ErrorKind, RetryLater
from kam_sync.intake.model import SourceState
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services


def stop_if_paused(services: Services, source_id: int) -> None:
    """Raise RetryLater when the source is paused; what was done stays, the rest is kept."""
    with services.database.transaction() as session:
        state = SourceStore(session).by_id(source_id).state
    if state is SourceState.PAUSED:
        said = "paused; it goes on where it was"
        raise RetryLater(said, is_away=True, kind=ErrorKind.PAUSED)
