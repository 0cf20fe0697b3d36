"""The portal's own queue of events, for apps that cannot be called.

Reading it may delete what is read, which is the default, and a crash would lose it: so events are
only reserved, become hints, and are cleared at the next pull, when the hints are stored for sure.
"""

from collections.abc import Iterator
from typing import Any

from connectors.bitrix24.calling import Portal
from connectors.bitrix24.hooks import hints_of
from connectors.bitrix24.subscribing import subscribe_offline
from connectors.kit import pick
from connectors.kit.contract import Hint

_AT_ONCE = 50
_MOST = 20
"""Readings in one pull: the rest waits for the next one."""


def hear(portal: Portal, before: str, *, leads: bool) -> tuple[tuple[Hint, ...], str]:
    """Clear what the last pull has stored and reserve what came since; hints, and what to clear.

    Args:
        before: the processes of the last pull.
        leads: whether what happens to leads is told, too.
    """
    subscribe_offline(portal, leads=leads)
    for process in filter(None, before.split(",")):
        portal.do("event.offline.clear", {"process_id": process})
    hints: dict[Hint, None] = {}
    processes = []
    for _ in range(_MOST):
        found = portal.do("event.offline.get", {"clear": 0, "limit": _AT_ONCE})
        events = pick.one({"found": found}, "found").get("events")
        if not isinstance(events, list) or not events:
            break
        processes.append(str(found.get("process_id")))
        hints |= dict.fromkeys(hint for event in events for hint in _told(event, leads=leads))
    return tuple(hints), ",".join(processes)


def _told(event: Any, *, leads: bool) -> Iterator[Hint]:
    if isinstance(event, dict):
        name, data = str(event.get("EVENT_NAME")), event.get("EVENT_DATA")
        yield from hints_of(name, data, leads=leads) or ()
