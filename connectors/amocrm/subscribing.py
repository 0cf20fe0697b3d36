"""Subscriptions to amoCRM's webhooks: one for each address, an account has a hundred at most.

Subscribing again replaces the events. amoCRM switches a subscription off when more than a hundred
answers were bad within two hours; whether subscribing again switches it on is not documented, so
what stays off is deleted and made anew. Events of catalogs have no documented names and are not
asked for: one unknown name costs the whole subscription.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connectors.kit import pick
from connectors.kit.contract import Subscribed
from connectors.kit.errors import ErrorKind, NoRights, Refused
from connectors.kit.http import CrmHttp
from connectors.kit.records import Noun

TOLD = frozenset({Noun.DEAL, Noun.CONTACT, Noun.COMPANY, Noun.CUSTOMER, Noun.TASK})
"""Of notes only new ones are told."""
COME_WITHIN = timedelta(hours=2)
"""The last try is made an hour and 35 minutes after the first."""
_PATH = "/api/v4/webhooks"
_MOST = 100
_ENTITY = ("add", "update", "delete", "responsible", "note")
_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "lead": (*_ENTITY, "restore", "status"),
    "contact": (*_ENTITY, "restore"),
    "company": (*_ENTITY, "restore"),
    "customer": _ENTITY,
    "task": ("add", "update", "delete", "responsible"),
}
_EVENTS = [f"{action}_{noun}" for noun, actions in _ACTIONS.items() for action in actions]


def subscribed(http: CrmHttp, url: str) -> Subscribed:
    """How the subscription of an address stands."""
    found = next((one for one in _all(http, url) if one.get("destination") == url), None)
    if found is None:
        return Subscribed.ABSENT
    if found.get("disabled"):
        return Subscribed.SWITCHED_OFF
    has_all = set(_EVENTS) <= {str(event) for event in found.get("settings") or ()}
    return Subscribed.ACTIVE if has_all else Subscribed.WRONG_EVENTS


def subscribe(http: CrmHttp, url: str) -> None:
    """Have all told to an address."""
    if _post(http, url).get("disabled"):
        unsubscribe(http, url)
        _post(http, url)


def unsubscribe(http: CrmHttp, url: str) -> None:
    """Have nothing more told to an address."""
    try:
        http.send("DELETE", _PATH, {"destination": url})
    except NoRights as error:
        if error.kind is not ErrorKind.NOT_THERE:
            raise


def _post(http: CrmHttp, url: str) -> pick.Body:
    try:
        data = http.send("POST", _PATH, {"destination": url, "settings": _EVENTS, "sort": 10}).data
    except Refused as error:
        raise _explained(http, error) from error
    return data if isinstance(data, dict) else {}


def _explained(http: CrmHttp, error: Refused) -> Refused:
    """Whether it is the address that is refused, or one more of them."""
    kind = ErrorKind.ADDRESS_REFUSED
    if len(_all(http)) >= _MOST:
        kind = ErrorKind.TOO_MANY_HOOKS
    return Refused(str(error), data=error.data, status=error.status, kind=kind)


def _all(http: CrmHttp, url: str | None = None) -> list[dict[str, Any]]:
    """The subscriptions of the account, or those of an address."""
    data = http.get(_PATH, [] if url is None else [("filter[destination]", url)]).data
    embedded = pick.one(data, "_embedded") if isinstance(data, dict) else {}
    listed = embedded.get("webhooks")
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
