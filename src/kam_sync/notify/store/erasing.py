"""Takes a person out of what was told, and of what came back when it was."""

from kam_sync.base.db import Session, mask, table_of
from kam_sync.notify.store.deliveries import DeliveryRow, EventRow
from kam_sync.notify.store.sends import SendRow


def mask_messages(session: Session, pattern: str) -> dict[str, int]:
    """Take what the pattern finds out of texts; how many rows of each table had any."""
    return {
        "event": mask(session, table_of(EventRow), ["body"], pattern),
        "delivery": mask(session, table_of(DeliveryRow), ["error"], pattern),
        "channel_send": mask(session, table_of(SendRow), ["error"], pattern),
    }
