"""Decides on which channels a change of an alert is told."""

from kam_sync.alerts.life import TOLD
from kam_sync.alerts.model import ChangeKind

LOG = "log"


def route(change: ChangeKind) -> tuple[str, ...]:
    """What opens, comes back or ends is told; new numbers of a known matter are not."""
    return (LOG,) if change.value in {turn.value for turn in TOLD} else ()
