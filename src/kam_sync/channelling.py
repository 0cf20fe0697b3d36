"""Channels and routes as people make, try and change them: what all doors offer."""

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.clock import known_zone
from kam_sync.base.db import Session
from kam_sync.base.settings import Locale
from kam_sync.drift.model import Severity
from kam_sync.drift.store import RuleStore
from kam_sync.kpi.registry import KPIS
from kam_sync.notify.channel import Channel, Event, Ill, Letter, Route, Through, Tried, WrongChannel
from kam_sync.notify.channels import people
from kam_sync.notify.store import ChannelStore, SendStore
from kam_sync.telling import allowed, note, step_of, subject
from kam_sync.wiring import Services

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_MOST_DAYS = 60


def add(
    services: Services, name: str, url: str, *, locale: Locale | None = None, zone: str = "",
    is_untested: bool = False,
) -> Channel:  # fmt: skip
    """Make a channel; its URL is kept sealed and never shown.

    Args:
        is_untested: make it though its host is not found, as long as a name server is not ready.
    """
    if not _NAME.fullmatch(name):
        raise WrongChannel(
            f"channel name {name!r}: use up to 64 Latin letters, digits, dots, dashes", Ill.NAME
        )
    where = _zone(zone)
    said = _address(services, url, is_untested=is_untested)
    with services.database.transaction() as session:
        store = ChannelStore(session)
        if name in {channel.name for channel in store.all()}:
            raise WrongChannel(
                f"channel {name}: this name is taken; choose another", Ill.NAME_TAKEN
            )
        language = locale or services.settings.locale
        channel = store.add(name, said, language, where, services.now())
        return _detached(session, channel)


def change(
    services: Services, name: str, *, url: str | None = None, locale: Locale | None = None,
    zone: str | None = None, is_untested: bool = False,
) -> Channel:  # fmt: skip
    """Set another URL, language or zone; what is left out stays, the URL sealed anew."""
    wanted: dict[str, object] = {}
    if url is not None:
        sealed, address = _address(services, url, is_untested=is_untested)
        wanted = {"sealed_url": sealed, "address": address}
    if locale is not None:
        wanted["locale"] = locale
    if zone is not None:
        wanted["zone"] = _zone(zone)
    with services.database.transaction() as session:
        store, cipher = ChannelStore(session), services.cipher
        channel = store.by_name(name)
        if url is None:
            store.seal_again(channel.id, lambda sealed: cipher.lock(cipher.unlock(sealed)))
        else:  # what is wrong with the one before says nothing of this one
            wanted |= {"rests_until": None}
            SendStore(session).hurry(channel.id, services.now())
        store.change(channel.id, **wanted)
        return _detached(session, channel)


def pause(session: Session, name: str) -> Channel:
    """Tell nothing; what is to be told meanwhile is kept and told later."""
    store = ChannelStore(session)
    channel = store.by_name(name)
    store.change(channel.id, is_paused=True)
    return channel


def resume(session: Session, name: str, now: datetime) -> Channel:
    """Go on, with all that waits."""
    store = ChannelStore(session)
    channel = store.by_name(name)
    store.change(channel.id, is_paused=False, rests_until=None)
    SendStore(session).hurry(channel.id, now)
    return channel


def remove(session: Session, name: str, now: datetime) -> None:
    """Forget a channel with its routes and all that waits for it."""
    store, incidents = ChannelStore(session), IncidentStore(session)
    channel = store.by_name(name)
    incidents.resolve(IncidentKind.CHANNEL_DEAD, subject(channel.id), now)
    incidents.resolve(IncidentKind.JOB_GIVEN_UP, f"house/{step_of(channel.id)}", now)
    store.remove(channel.id)


def named(services: Services, name: str) -> Channel:
    """A channel as it stands."""
    with services.database.transaction() as session:
        return _detached(session, ChannelStore(session).by_name(name))


def test(services: Services, channel: Channel, letter: Letter) -> Tried:
    """Send a trial now, also by a paused channel; what waits follows where it was taken."""
    with services.database.transaction() as session:
        url = services.cipher.unlock(ChannelStore(session).sealed_url(channel.id))
    tried = people.send(url, letter, allowed(services))
    if tried.is_good:
        note(services, channel.id, [], tried)
    return tried


def route(session: Session, name: str, wanted: Through) -> Route:
    """Say what goes to a channel; without any route everything does."""
    days = wanted.escalates_after_days
    _refuse_unknown(session, wanted)
    if days is not None and not 1 <= days <= _MOST_DAYS:
        raise WrongChannel(
            f"escalates after {days} days: 1 to {_MOST_DAYS} working days are "
            "possible", Ill.DAYS,
        )  # fmt: skip
    chosen = _events(wanted.events)
    if (Event.ESCALATED in chosen) != (days is not None):
        raise WrongChannel(
            "escalated: the event and the number of working days belong together; give both or "
            "none of them", Ill.DAYS,
        )  # fmt: skip
    store = ChannelStore(session)
    channel = store.by_name(name)
    return store.add_route(channel.id, replace(wanted, events=[one.value for one in chosen]))


def _refuse_unknown(session: Session, wanted: Through) -> None:
    """Refuse what there is none of: a route that is misspelt would let nothing through."""
    if wanted.kpi and wanted.kpi not in KPIS:
        raise WrongChannel(
            f"KPI {wanted.kpi}: there is no such KPI; there are: {', '.join(KPIS)}", Ill.KPI
        )
    rules = RuleStore(session).all() if wanted.rule else {}
    if wanted.rule and wanted.rule not in rules:
        raise WrongChannel(
            f"rule {wanted.rule}: there is no such rule; there are: {', '.join(rules)}", Ill.RULE
        )
    if wanted.severity and wanted.severity not in set(Severity):
        raise WrongChannel(
            f"severity {wanted.severity}: one of {', '.join(Severity)} is needed", Ill.SEVERITY
        )


def unroute(session: Session, name: str, route_id: int) -> None:
    """Forget a route."""
    store = ChannelStore(session)
    store.remove_route(store.by_name(name).id, route_id)


def again(session: Session, name: str, now: datetime, send_ids: Collection[int] = ()) -> int:
    """Send some once more, or all that was given up; how many."""
    channel = ChannelStore(session).by_name(name)
    return SendStore(session).again(channel.id, now, send_ids)


def _events(wanted: Sequence[str]) -> list[Event]:
    there = [one.value for one in Event]
    for one in wanted:
        if one not in there:
            raise WrongChannel(
                f"event {one}: there is no such event; there are: {', '.join(there)}", Ill.EVENT
            )
    return [Event(one) for one in dict.fromkeys(wanted)]


def _zone(name: str) -> str:
    if not name:
        return ""
    with suppress(ValueError):
        return known_zone(name).key
    raise WrongChannel(f"zone {name}: not an IANA time zone such as Europe/Moscow", Ill.ZONE)


def _address(services: Services, url: str, *, is_untested: bool) -> tuple[str, str]:
    """A URL sealed, and what may be shown of it."""
    address = people.address_of(url, allowed(services), is_untested=is_untested)
    return services.cipher.lock(url), address


def _detached(session: Session, channel: Channel) -> Channel:
    session.refresh(channel)
    session.expunge(channel)
    return channel
