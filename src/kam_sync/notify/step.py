"""Step 6: keeps the changes of alerts that nobody was told yet for the channels that tell them."""

from collections.abc import Callable, Mapping
from datetime import datetime

from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.model import Alert, Change
from kam_sync.alerts.store import AlertStore, IncidentStore
from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.notify.channels import log
from kam_sync.notify.due import Habits
from kam_sync.notify.keeping import Keeping
from kam_sync.notify.model import Message
from kam_sync.notify.route import LOG, route
from kam_sync.notify.store import NotifyStore

_BATCH = 5_000
"""Large, for of one batch the gravest are told first."""
_CHANNELS: Mapping[str, Callable[[Message], None]] = {LOG: log.tell}


def run(session: Session, now: datetime, habits: Habits) -> Report:
    """Tell the next changes; `read` is 0 when there is nothing to tell."""
    store, alerts = NotifyStore(session), AlertStore(session)
    alerts.wait_for_writers()
    changes = alerts.changes_after(store.routed_to(), limit=_BATCH)
    report = Report("notify").add(read=len(changes), told=0)
    accounts = AccountStore(session).standing([alert.account_id for _, alert in changes])
    for change, alert in changes:
        for channel in () if change.is_quiet else route(change.change):
            _CHANNELS[channel](_message(change, alert, accounts[alert.account_id].name))
            store.told(change.id, channel, now)
            report.add(told=1)
    kept = Keeping(session, now, habits).keep(changes)
    if changes:
        store.move(changes[-1][0].id)
    return report.add(kept=kept)


def is_behind(session: Session) -> bool:
    """Whether something has happened to an alert that nobody was told yet."""
    return NotifyStore(session).is_behind(AlertStore(session).last_change())


def tell_incidents(session: Session, now: datetime) -> Report:
    """Tell the incidents that began or ended; `read` is 0 when there is nothing to tell."""
    store = IncidentStore(session)
    untold = store.untold(limit=_BATCH)
    for incident in untold:
        log.tell_incident(incident)
    store.told([incident.id for incident in untold], now)
    return Report("incidents").add(read=len(untold))


def _message(change: Change, alert: Alert, account: str) -> Message:
    return Message(
        change=change.change,
        alert_id=alert.id,
        account=account,
        kpi=alert.kpi,
        unit=alert.unit,
        observed=change.observed,
        expected=change.expected,
        since=alert.since.isoformat(),
    )
