"""Decides on which channels a change of an alert is told."""

from collections.abc import Iterable, Mapping, Sequence

from kam_sync.alerts.model import NEWS, Alert, ChangeKind
from kam_sync.drift.model import Severity
from kam_sync.notify.channel import ANYBODY, NOBODY, Event, Owner, Route

LOG = "log"
_GRAVITY = list(Severity)
_USUAL = frozenset(Event) - {Event.ESCALATED}
"""What a channel is told that has not chosen: nothing that others were told in vain."""


def route(change: ChangeKind) -> tuple[str, ...]:
    """What opens, comes back or ends is told; new numbers of a known matter are not."""
    return (LOG,) if change in NEWS else ()


def event_of(change: ChangeKind) -> Event | None:
    """What people are told of a change; None where it is no news to them.

    What its cause hid so far is new to them. An escalation is kept where it is found, for the
    routes that have waited so long alone.
    """
    if change is ChangeKind.UNCOVERED:
        return Event.OPENED
    if change is ChangeKind.REBASED:  # it is over in another way
        return Event.RESOLVED
    is_told = change.value in set(Event) and change is not ChangeKind.ESCALATED
    return Event(change.value) if is_told else None


def channels_of(
    event: Event,
    alert: Alert,
    owner: Owner | None,
    routes: Mapping[int, Sequence[Route]],
) -> list[int]:
    """The channels that are told, each once; `routes` are those of all channels.

    A channel without routes is told of everything of everybody.
    """
    return [
        channel_id
        for channel_id, its in routes.items()
        if (any(_wants(one, event, alert, owner) for one in its) if its else event in _USUAL)
    ]


def tell(owner: Owner, routes: Mapping[int, Sequence[Route]]) -> list[int]:
    """The channels that tell of somebody's accounts, of all matters or of some."""
    who = _names(owner)
    return [
        channel_id
        for channel_id, its in routes.items()
        if not its or any(_plain(one.owner) in {"", ANYBODY, *who} for one in its)
    ]


def is_known(wanted: str, owners: Iterable[Owner]) -> bool:
    """Whether somebody is called so; a name that is misspelt lets nothing through."""
    who = _plain(wanted)
    return who in {"", ANYBODY, NOBODY} or any(who in _names(one) for one in owners)


def concerns(route: Route, alert: Alert, owner: Owner | None) -> bool:
    """Whether a route is about this alert, whatever happens to it."""
    is_about = route.kpi in {"", alert.kpi} and route.rule in {"", alert.rule}
    is_grave = _GRAVITY.index(alert.severity) >= _GRAVITY.index(route.severity)
    return is_about and is_grave and _is_theirs(route.owner, alert, owner)


def _wants(route: Route, event: Event, alert: Alert, owner: Owner | None) -> bool:
    chosen = set(route.events) or _USUAL
    return event in chosen and concerns(route, alert, owner)


def _is_theirs(wanted: str, alert: Alert, owner: Owner | None) -> bool:
    """Whether somebody is responsible for the account, or was given the alert."""
    who = _plain(wanted)
    if who in {"", ANYBODY}:
        return True
    if who == NOBODY:
        return owner is None and not alert.assignee
    return who == _plain(alert.assignee) or (owner is not None and who in _names(owner))


def _names(owner: Owner) -> set[str]:
    return {_plain(one) for one in (owner.name, owner.email, *owner.keys)}


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
