"""Step 6: keeps the changes of alerts that nobody was told yet for the channels that tell them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from kam_sync.accounts.model import User
from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.model import Alert, Change
from kam_sync.alerts.store import AlertStore, IncidentStore
from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.intake.store import SourceStore
from kam_sync.notify.channel import Owner
from kam_sync.notify.channels import log
from kam_sync.notify.due import due
from kam_sync.notify.model import Message
from kam_sync.notify.route import LOG, channels_of, event_of, route
from kam_sync.notify.store import ChannelStore, NotifyStore, SendStore

_BATCH = 500
_CHANNELS: Mapping[str, Callable[[Message], None]] = {LOG: log.tell}


def run(session: Session, now: datetime) -> Report:
    """Tell the next changes; `read` is 0 when there is nothing to tell."""
    store = NotifyStore(session)
    changes = AlertStore(session).changes_after(store.routed_to(), limit=_BATCH)
    report = Report("notify").add(read=len(changes), told=0)
    accounts = AccountStore(session).standing([alert.account_id for _, alert in changes])
    people = People(session, now)
    for change, alert in changes:
        for channel in route(change.change):
            _CHANNELS[channel](_message(change, alert, accounts[alert.account_id].name))
            store.told(change.id, channel, now)
            report.add(told=1)
    kept = people.keep(changes)
    if changes:
        store.move(changes[-1][0].id)
    return report.add(kept=kept)


class People:
    """Keeps changes of alerts for the channels by which people are told."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now
        self._channels = {one.id: one for one in ChannelStore(session).held()}

    def keep(self, changes: list[tuple[Change, Alert]]) -> int:
        """Keep them where they are wanted; how many rows that makes."""
        if not self._channels or not changes:
            return 0
        routes = ChannelStore(self._session).routes()
        owners = owners_of(self._session, [alert for _, alert in changes])
        sends, made = SendStore(self._session), 0
        for change, alert in changes:
            event = event_of(change.change)
            if event is None:
                continue
            for channel_id in channels_of(event, alert, owners.get(alert.id), routes):
                when = due(event, self._channels[channel_id], self._now)
                made += sends.add(event, (change.id, alert.id), channel_id, when, self._now)
        return made


def owners_of(session: Session, alerts: list[Alert]) -> dict[UUID, Owner]:
    """Who is responsible for the accounts of alerts, by id of the alert."""
    store, names = AccountStore(session), SourceStore(session).names()
    standing = store.standing([alert.account_id for alert in alerts])
    users = store.owners([account.id for account in standing.values()])
    found = {}
    for alert in alerts:
        user = users.get(standing[alert.account_id].id)
        if user is not None:
            found[alert.id] = _owner(user, names[user.source_id])
    return found


def tell_incidents(session: Session, now: datetime) -> Report:
    """Tell the incidents that began or ended; `read` is 0 when there is nothing to tell."""
    store = IncidentStore(session)
    untold = store.untold(limit=_BATCH)
    for incident in untold:
        log.tell_incident(incident)
    store.told([incident.id for incident in untold], now)
    return Report("incidents").add(read=len(untold))


def _owner(user: User, source: str) -> Owner:
    keys = (f"{source}:{user.external_id}", f"{user.source_id}:{user.external_id}")
    return Owner(user.name, user.email or "", keys)


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
