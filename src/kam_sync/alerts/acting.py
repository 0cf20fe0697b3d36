"""What people do to alerts: each act is written down with who, when and why."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from kam_sync.alerts import life
from kam_sync.alerts.life import Life, Outcome, Step
from kam_sync.alerts.model import ChangeKind, Word
from kam_sync.alerts.step import PATIENCE
from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import Session


class Acting:
    """Takes what one person does to alerts.

    Every act raises NotHere where there is no such alert, and WrongUse where it cannot be.
    """

    def __init__(self, session: Session, by: str, now: datetime) -> None:
        self._alerts = AlertStore(session)
        self._by = by
        self._now = now

    def acknowledge(self, alert_id: UUID, note: str = "") -> None:
        """Somebody looks after it."""
        self._turn(alert_id, note, lambda one: life.acknowledge(one, self._now, PATIENCE))

    def snooze(self, alert_id: UUID, until: datetime, note: str = "") -> None:
        """It is put off."""
        self._turn(alert_id, note, lambda one: life.snooze(one, until, self._now))

    def expect(self, alert_id: UUID, until: datetime, note: str = "") -> None:
        """It is as it has to be until then."""
        self._turn(alert_id, note, lambda one: life.expect(one, until, self._now))

    def wake(self, alert_id: UUID, note: str = "") -> None:
        """What put it aside is taken back."""
        self._turn(alert_id, note, lambda one: life.wake(one, self._now))

    def resolve(self, alert_id: UUID, outcome: Outcome, note: str = "") -> None:
        """It is closed, or was so already, and this is what it was."""
        was_open = self._alerts.alert(alert_id).life.is_open
        self._turn(alert_id, note, lambda one: life.resolve(one, outcome, self._now))
        if not was_open:
            self._write(alert_id, ChangeKind.JUDGED, note)

    def comment(self, alert_id: UUID, note: str) -> None:
        """Something is written down."""
        self._write(alert_id, ChangeKind.COMMENTED, note)

    def assign(self, alert_id: UUID, assignee: str, note: str = "") -> None:
        """Somebody is to look after it; who is responsible for the account where nobody is."""
        self._alerts.assign(alert_id, assignee)
        self._write(alert_id, ChangeKind.ASSIGNED, note)

    def _turn(self, alert_id: UUID, note: str, act: Callable[[Life], Step]) -> None:
        alert = self._alerts.locked(alert_id)
        done, turns = act(alert.life)
        if done is not None:
            word = Word(self._by, note)
            self._alerts.turn(alert, (done, turns), self._now, word=word)

    def _write(self, alert_id: UUID, change: ChangeKind, note: str) -> None:
        alert = self._alerts.locked(alert_id)
        self._alerts.write(alert, change, self._now, Word(self._by, note))
