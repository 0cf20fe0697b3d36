"""Decides on which channels a change of an alert is told."""

from kam_sync.alerts.model import ChangeKind

LOG = "log"


def route(change: ChangeKind) -> tuple[str, ...]:
    """Openings and resolutions are told; new numbers of a known matter are not."""
    return (LOG,) if change in {ChangeKind.OPENED, ChangeKind.RESOLVED} else ()
