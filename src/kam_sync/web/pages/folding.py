"""Alerts as people read them: the gravest first, and below each what has the same cause."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kam_sync.alerts.life import State
from kam_sync.alerts.model import Alert


@dataclass(frozen=True, slots=True)
class Told:
    """An alert with those that it covers."""

    alert: Alert
    effects: list[Alert] = field(default_factory=list)

    @property
    def place(self) -> tuple[bool, float]:
        """Where it stands: what nobody has answered first, then by rank."""
        return place(self.alert)


def place(alert: Alert) -> tuple[bool, float]:
    """Where an alert stands among others."""
    return alert.state is not State.FIRING, -alert.rank


def folded(alerts: Iterable[Alert]) -> list[Told]:
    """Each alert once: by itself, or below the one that covers it where that is among them."""
    by_place = sorted(alerts, key=lambda alert: (*place(alert), alert.kpi))
    there = {alert.id: Told(alert) for alert in by_place if alert.inhibited_by is None}
    for alert in by_place:
        if alert.inhibited_by in there:
            there[alert.inhibited_by].effects.append(alert)
        elif alert.inhibited_by is not None:
            there[alert.id] = Told(alert)
    return sorted(there.values(), key=lambda told: told.place)
