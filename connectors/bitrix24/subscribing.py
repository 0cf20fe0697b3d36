"""Having a portal call us: an app binds events to an address. A webhook has no such right.

Each event is bound for itself, and binding one twice is refused. Nobody tries a call again.
"""

from collections.abc import Iterable, Mapping
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
OF_LEADS = tuple(f"ONCRMLEAD{action}" for action in _ACTIONS)
"""Asked for only where leads are pulled."""
_BY_HAND = (
    "an incoming webhook may not subscribe: make an outgoing webhook in the portal (Developer "
    "resources, Other, Outbound webhook) with this address and the events of deals, contacts, "
    "companies, invoices, activities and tasks (of leads, too, where they are pulled), and give "
    "its token as the option hook_token"
)


def subscribed(portal: Portal, url: str, *, leads: bool, by_hand: bool) -> Subscribed:
    """How the events of an address stand.

    Args:
        leads: whether those of leads are wanted.
        by_hand: a person says that there is an outgoing webhook, which nobody can be asked about.
    """
    if not portal.is_app:
        if by_hand:
            return Subscribed.ACTIVE
        raise NeedsPerson(_BY_HAND, kind=ErrorKind.HOOKS_BY_HAND)
    bound = _bound(portal, url)
    if not bound:
        return Subscribed.ABSENT
    return Subscribed.ACTIVE if bound == _wanted(leads=leads) else Subscribed.WRONG_EVENTS


def subscribe(portal: Portal, url: str, *, leads: bool) -> None:
    """Have all events told to an address that are wanted, and no others."""
    if not portal.is_app:
        raise NeedsPerson(_BY_HAND, kind=ErrorKind.HOOKS_BY_HAND)
    bound = _bound(portal, url)
    _bind(portal, _wanted(leads=leads) - bound, {"handler": url}, ErrorKind.ADDRESS_REFUSED)
    _unbind(portal, bound - _wanted(leads=leads), {"handler": url})


def unsubscribe(portal: Portal, url: str) -> None:
    """Have nothing more told to an address; a webhook has subscribed to nothing."""
    if portal.is_app:
        _unbind(portal, _bound(portal, url), {"handler": url})


def subscribe_offline(portal: Portal, *, leads: bool) -> None:
    """Have all events put into the portal's own queue that are wanted, and no others."""
    bound, how = _bound(portal, None), {"event_type": "offline"}
    _bind(portal, _wanted(leads=leads) - bound, how, ErrorKind.REFUSED)
    _unbind(portal, bound - _wanted(leads=leads), how)


def _wanted(*, leads: bool) -> set[str]:
    return {*EVENTS, *(OF_LEADS if leads else ())}


def _bind(portal: Portal, events: Iterable[str], where: Mapping[str, Any], kind: ErrorKind) -> None:
    for event in sorted(events):
        try:
            portal.do("event.bind", {"event": event, **where})
        except Refused as error:
            said = error.data.get("error") if isinstance(error.data, dict) else None
            if said != "ERROR_EVENT_BINDING_EXISTS":
                raise Refused(
                    str(error), data=error.data, status=error.status, kind=kind
                ) from error


def _unbind(portal: Portal, events: Iterable[str], where: Mapping[str, Any]) -> None:
    for event in sorted(events):
        portal.do("event.unbind", {"event": event, **where})


def _bound(portal: Portal, url: str | None) -> set[str]:
    """The events that are told to an address; with none, those that the queue keeps."""
    rows = portal.call("event.get", {})
    return {
        str(row.get("event")).upper()
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and _is_told(row, url)
    }


def _is_told(row: Mapping[str, Any], url: str | None) -> bool:
    return str(row.get("offline")) == "1" if url is None else row.get("handler") == url
