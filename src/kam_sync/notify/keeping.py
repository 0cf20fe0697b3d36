"""Keeps changes of alerts for the channels by which people are told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kam_sync.accounts.model import User
from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.life import State
from kam_sync.alerts.model import Alert, Change, ChangeKind
from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import Session
from kam_sync.intake.store import SourceStore
from kam_sync.kpi.workdays import Workdays
from kam_sync.notify.attention import Candidate, split
from kam_sync.notify.channel import Channel, Event, Owner, Route
from kam_sync.notify.due import Habits, digested, pushed
from kam_sync.notify.escalating import is_due
from kam_sync.notify.hours import week_began
from kam_sync.notify.route import channels_of, concerns, event_of
from kam_sync.notify.store import ChannelStore, SendStore

_MARGIN = timedelta(days=1)
"""The calendar reaches a day further than needed: a day of UTC is another one elsewhere."""

News = tuple[Event, Change, Alert]
"""What people may be told."""


class Keeping:
    """Keeps them, in the transaction of whoever has found them."""

    def __init__(self, session: Session, now: datetime, habits: Habits) -> None:
        self._session = session
        self._now = now
        self._habits = habits
        self._channels = {one.id: one for one in ChannelStore(session).held()}
        self._sends = SendStore(session)

    def keep(self, changes: Sequence[tuple[Change, Alert]]) -> int:
        """Keep them where they are wanted; how many rows that makes."""
        if not self._channels or not changes:
            return 0
        routes = self._routes()
        causes = self._causes(changes)
        owners = owners_of(self._session, [*(alert for _, alert in changes), *causes.values()])
        wanted: dict[int, list[News]] = {}
        for change, alert in changes:
            event = event_of(change.change)
            if event is None:
                continue
            wanting = set(channels_of(event, alert, owners.get(alert.id), routes))
            if change.is_quiet:  # who is told of its cause knows; without a cause nobody is told
                cause = causes.get(alert.id)
                wanting -= (
                    set(channels_of(Event.OPENED, cause, owners.get(cause.id), routes))
                    if cause
                    else wanting
                )
            elif change.change is ChangeKind.UNCOVERED:
                history = AlertStore(self._session).history(alert.id)
                wanting -= self._sends.told_of(one.id for one in history if one.is_quiet)
            if event is Event.RESOLVED:
                wanting -= self._strange_to(alert, wanting, wanted)
            for channel_id in sorted(wanting):
                wanted.setdefault(channel_id, []).append((event, change, alert))
        return sum(self._share(self._channels[key], those) for key, those in wanted.items())

    def _strange_to(
        self, alert: Alert, wanting: Iterable[int], wanted: Mapping[int, Sequence[News]]
    ) -> set[int]:
        """The channels that were made after an alert began, and were told nothing of it."""
        told = self._sends.channels_of(alert.id)
        told |= {
            key for key, those in wanted.items() if any(one.id == alert.id for *_, one in those)
        }
        return {
            key for key in wanting
            if key not in told and self._channels[key].made_at > alert.opened_at
        }  # fmt: skip

    def _causes(self, changes: Sequence[tuple[Change, Alert]]) -> dict[UUID, Alert]:
        """By alert the one that covers it, of those whose change is quiet."""
        ids = {one.id: one.inhibited_by for change, one in changes if change.is_quiet}
        found = AlertStore(self._session).by_ids({key for key in ids.values() if key})
        return {key: found[cause] for key, cause in ids.items() if cause in found}

    def _share(self, channel: Channel, news: Sequence[News]) -> int:
        """Keep news for a channel: some to be told by themselves, the rest for the digest."""
        at_once = pushed(channel, self._now, self._habits)
        later = digested(channel, self._now, self._habits)
        week = week_began(at_once.at, self._habits.zone_of(channel))
        told = self._sends.told(channel.id, [alert.id for _, _, alert in news], week)
        found = split(
            [
                Candidate(change.id, alert.id, alert.rank, event is Event.RESOLVED)
                for event, change, alert in news
            ],
            told, self._habits.budget,
        )  # fmt: skip
        pushes = {one.change_id for one in found.pushed}
        return sum(
            self._sends.add(
                event, (change.id, alert.id), channel.id,
                at_once if change.id in pushes else later, self._now,
            )
            for event, change, alert in news
        )  # fmt: skip

    def escalate(self, days: Callable[[], Workdays], zone: ZoneInfo) -> int:
        """Tell others of alerts that nobody has answered for too long; how many rows that makes."""
        routes = [
            (channel_id, one)
            for channel_id, its in self._routes().items()
            for one in its
            if one.escalates_after_days is not None
        ]
        store = AlertStore(self._session)
        firing = [
            one
            for one in store.open_ones().values()
            if one.state is State.FIRING and one.inhibited_by is None
        ]
        if not routes or not firing:
            return 0
        first = min(alert.entered_at for alert in firing)
        today = self._now.astimezone(zone).date()
        numbers = days().numbered((first - _MARGIN).date(), today)
        told = self._sends.escalated([alert.id for alert in firing])
        owners, made = owners_of(self._session, firing), 0
        for alert in firing:
            wanting = {
                channel_id
                for channel_id, route in routes
                if concerns(route, alert, owners.get(alert.id))
                and is_due(route, alert, told.get((alert.id, channel_id)), today, (numbers, zone))
            }
            if wanting:
                change = store.write(alert, ChangeKind.ESCALATED, self._now)
                self._session.flush()
                made += self._escalated(change, sorted(wanting))
        return made

    def _routes(self) -> dict[int, list[Route]]:
        """Those of the channels that were there when it began."""
        found = ChannelStore(self._session).routes()
        return {key: its for key, its in found.items() if key in self._channels}

    def _escalated(self, change: Change, wanting: Iterable[int]) -> int:
        """Keep it to be told by itself: nobody is to miss it among others."""
        made = 0
        for channel_id in wanting:
            when = pushed(self._channels[channel_id], self._now, self._habits)
            of = (change.id, change.alert_id)
            made += self._sends.add(Event.ESCALATED, of, channel_id, when, self._now)
        return made


def open_for(session: Session, channel: Channel) -> int:
    """How many open alerts a channel is told of."""
    alerts = list(AlertStore(session).open_ones().values())
    owners = owners_of(session, alerts)
    routes = {channel.id: ChannelStore(session).routes().get(channel.id, [])}
    return sum(bool(channels_of(Event.OPENED, one, owners.get(one.id), routes)) for one in alerts)


def owners_of(session: Session, alerts: Sequence[Alert]) -> dict[UUID, Owner]:
    """Who is responsible for the accounts of alerts, by id of the alert."""
    store, names = AccountStore(session), SourceStore(session).names()
    standing = store.standing([alert.account_id for alert in alerts])
    users = store.owners([account.id for account in standing.values()])
    found = {}
    for alert in alerts:
        user = users.get(standing[alert.account_id].id)
        if user is not None:
            found[alert.id] = owner_of(user, names[user.source_id])
    return found


def known_owners(session: Session) -> list[Owner]:
    """All who may be responsible for accounts."""
    names = SourceStore(session).names()
    return [owner_of(user, names[user.source_id]) for user in AccountStore(session).users()]


def owner_of(user: User, source: str) -> Owner:
    """A user of a source, as routes name them."""
    keys = (f"{source}:{user.external_id}", f"{user.source_id}:{user.external_id}")
    return Owner(user.name, user.email or "", keys)
