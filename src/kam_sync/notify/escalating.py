"""Decides whether an alert that nobody has answered is told to others."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kam_sync.alerts.life import State
from kam_sync.alerts.model import Alert
from kam_sync.notify.channel import Event, Route


def is_due(
    route: Route,
    alert: Alert,
    told_at: datetime | None,
    today: date,
    days: tuple[Mapping[date, int], ZoneInfo],
) -> bool:
    """Whether a route is told now that nobody has answered; once each time an alert fires.

    `told_at` is when it was last told so; `days` numbers the working days of a zone.
    """
    if route.escalates_after_days is None or Event.ESCALATED not in route.events:
        return False
    if alert.state is not State.FIRING or (told_at is not None and told_at >= alert.entered_at):
        return False
    numbers, zone = days
    began_on = alert.entered_at.astimezone(zone).date()
    return numbers[today] - numbers[began_on] >= route.escalates_after_days
