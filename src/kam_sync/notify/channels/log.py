"""The log as a channel: one structured event per message."""

import structlog

from kam_sync.alerts.model import Incident
from kam_sync.notify.model import Message

_log = structlog.get_logger("kam_sync.notify")


def tell(message: Message) -> None:
    """Write the message to the log."""
    _log.warning(
        f"alert {message.change.value}",
        alert=str(message.alert_id),
        account=message.account,
        kpi=message.kpi,
        unit=message.unit,
        observed=round(message.observed, 2),
        expected=round(message.expected, 2),
        since=message.since,
    )


def tell_incident(incident: Incident) -> None:
    """Write to the log that an incident began or ended."""
    is_over = incident.resolved_at is not None
    write, said = (_log.info, "resolved") if is_over else (_log.warning, "opened")
    write(
        f"incident {said}",
        incident=incident.id,
        kind=incident.kind.value,
        subject=incident.subject,
        since=incident.opened_at.isoformat(),
        facts=incident.facts,
    )
