"""Takes a person out of what was remarked about alerts, and of incidents."""

from kam_sync.alerts.store.alerts import ChangeRow
from kam_sync.alerts.store.incidents import IncidentRow
from kam_sync.base.db import Session, mask, table_of


def mask_alerts(session: Session, pattern: str) -> dict[str, int]:
    """Take what the pattern finds out of texts; how many rows of each table had any."""
    return {
        "alert_change": mask(session, table_of(ChangeRow), ["note"], pattern),
        "incident": mask(session, table_of(IncidentRow), ["facts"], pattern),
    }
