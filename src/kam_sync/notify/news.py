"""Decides what is news to integrators: what was known of an object against what it is now."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from connectors import Outcome
from kam_sync.alerts.model import ChangeKind
from kam_sync.notify.model import EventType, Known

_CLOSED = {Outcome.WON.value: EventType.DEAL_WON, Outcome.LOST.value: EventType.DEAL_LOST}
_OF_ALERT = {
    ChangeKind.OPENED: EventType.ALERT_OPENED,
    ChangeKind.REFRESHED: EventType.ALERT_REFRESHED,
    ChangeKind.RESOLVED: EventType.ALERT_RESOLVED,
    ChangeKind.REBASED: EventType.ALERT_RESOLVED,
    ChangeKind.REMINDED: EventType.ALERT_REMINDED,
    ChangeKind.WORSENED: EventType.ALERT_REMINDED,
    **dict.fromkeys(
        (
            ChangeKind.ACKNOWLEDGED, ChangeKind.SNOOZED, ChangeKind.EXPECTED, ChangeKind.WOKEN,
            ChangeKind.COMMENTED, ChangeKind.ASSIGNED, ChangeKind.JUDGED,
            ChangeKind.UNCOVERED,
        ),
        EventType.ALERT_CHANGED,
    ),
}  # fmt: skip
"""What is not here happens out of sight."""
CHOOSABLE = tuple(one for one in EventType if one is not EventType.PING)


def of_account(before: Known | None, now: Known) -> tuple[EventType, ...]:
    """What has happened to an account; None was not known before."""
    if now.is_gone:
        was_there = before is not None and not before.is_gone
        return (EventType.ACCOUNT_DELETED,) if was_there else ()
    if before is None or before.is_gone:
        return (EventType.ACCOUNT_CREATED,)
    return (EventType.ACCOUNT_UPDATED,) if before.digest != now.digest else ()


def of_deal(before: Known | None, now: Known) -> tuple[EventType, ...]:
    """What has happened to a deal; that it was won or lost takes the place of an update.

    A deal that comes back after its deletion is created once more, but not won once more.
    """
    if now.is_gone:
        was_there = before is not None and not before.is_gone
        return (EventType.DEAL_DELETED,) if was_there else ()
    has_turned = before is None or before.outcome != now.outcome
    closed = (_CLOSED[now.outcome],) if has_turned and now.outcome in _CLOSED else ()
    if before is None or before.is_gone:
        return (EventType.DEAL_CREATED, *closed)
    return closed or ((EventType.DEAL_UPDATED,) if before.digest != now.digest else ())


def of_alert(change: ChangeKind) -> EventType | None:
    """What a change of an alert is called outside; None where it is nobody's business there."""
    return _OF_ALERT.get(change)


def is_wanted(event: EventType, patterns: Iterable[str]) -> bool:
    """Whether a target has chosen events of this type."""
    return any(fnmatchcase(event.value, pattern) for pattern in patterns)


def choices(pattern: str) -> list[EventType]:
    """The types that a pattern chooses; none when it is misspelt."""
    return [one for one in CHOOSABLE if fnmatchcase(one.value, pattern)]
