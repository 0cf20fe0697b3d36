"""Having a portal call us: an app binds events to an address. A webhook has no such right.

Each event is bound for itself, and binding one twice is refused. Nobody tries a call again.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connectors.bitrix24.calling import Portal
from connectors.kit.contract import Subscribed
from connectors.kit.errors import ErrorKind, NeedsPerson, Refused
from connectors.kit.records import Noun

TOLD = frozenset({Noun.DEAL, Noun.CONTACT, Noun.COMPANY})
COME_WITHIN = timedelta(minutes=30)
"""They come at once or never; a busy portal takes its time."""
_ACTIONS = ("ADD", "UPDATE", "DELETE")
EVENTS = (
    *(f"ONCRM{noun}{action}" for noun in ("DEAL", "CONTACT", "COMPANY") for action in _ACTIONS),
    "ONCRMDEALMOVETOCATEGORY",  # which no update comes with
    *(f"ONCRMDYNAMICITEM{action}_31" for action in _ACTIONS),
    *(f"ONCRMACTIVITY{action}" for action in _ACTIONS),
    *(f"ONTASK{action}" for action in _ACTIONS),
)
_BY_HAND = (
    "an incoming webhook may not subscribe: make an outgoing webhook in the portal (Developer "
    "resources, Other, Outbound webhook) with this address and the events of deals, contacts, "
    "companies, invoices, activities and tasks, and give its token as the option hook_token"
)


def subscribed(portal: Portal, url: str, *, by_hand: bool) -> Subscribed:
    """How the events of an address stand.

    Args:
        by_hand: a person says that there is an outgoing webhook, which nobody can be asked about.
    """
    if not portal.is_app:
        if by_hand:
            return Subscribed.ACTIVE
        raise NeedsPerson(_BY_HAND, kind=ErrorKind.HOOKS_BY_HAND)
    bound = _bound(portal, url)
    if not bound:
        return Subscribed.ABSENT
    return Subscribed.ACTIVE if bound >= set(EVENTS) else Subscribed.WRONG_EVENTS


def subscribe(portal: Portal, url: str) -> None:
    """Have all events told to an address that are not yet."""
    if not portal.is_app:
        raise NeedsPerson(_BY_HAND, kind=ErrorKind.HOOKS_BY_HAND)
    known = _bound(portal, url)
    for event in EVENTS:
        if event not in known:
            _bind(portal, {"event": event, "handler": url}, ErrorKind.ADDRESS_REFUSED)


def unsubscribe(portal: Portal, url: str) -> None:
    """Have nothing more told to an address; a webhook has subscribed to nothing."""
    for event in _bound(portal, url) if portal.is_app else ():
        portal.do("event.unbind", {"event": event, "handler": url})


def subscribe_offline(portal: Portal) -> None:
    """Have all events put into the portal's own queue."""
    for event in EVENTS:
        _bind(portal, {"event": event, "event_type": "offline"}, ErrorKind.REFUSED)


def _bind(portal: Portal, asked: Mapping[str, Any], kind: ErrorKind) -> None:
    try:
        portal.do("event.bind", asked)
    except Refused as error:
        said = error.data.get("error") if isinstance(error.data, dict) else None
        if said != "ERROR_EVENT_BINDING_EXISTS":
            raise Refused(str(error), data=error.data, status=error.status, kind=kind) from error


def _bound(portal: Portal, url: str) -> set[str]:
    """The events that are told to an address."""
    rows = portal.call("event.get", {})
    return {
        str(row.get("event")).upper()
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and row.get("handler") == url
    }
