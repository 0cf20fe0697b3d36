"""The log as a channel: one structured event per message."""

import structlog

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
