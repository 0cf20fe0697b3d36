"""Targets of webhooks as people make, try and change them: what all doors offer."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.command import command
from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse
from kam_sync.delivering import note, send, sender_to, step_of, subject
from kam_sync.notify.channels import webhook
from kam_sync.notify.model import (
    DELIVERY_ID,
    EventType,
    News,
    Target,
    TargetState,
    Wrong,
    WrongTarget,
)
from kam_sync.notify.news import CHOOSABLE, choices
from kam_sync.notify.patience import Answer
from kam_sync.notify.reach import Allowed
from kam_sync.notify.signing import new_secret
from kam_sync.notify.store import DeliveryStore, KnownStore, TargetStore
from kam_sync.wiring import Services

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
OVERLAP = timedelta(hours=24)
"""So long the secret before signs beside a new one."""
ALL = ("*",)


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of trying a target."""

    message_id: str
    answer: Answer


def add(services: Services, name: str, url: str, events: Sequence[str]) -> tuple[Target, str]:
    """Make a target; its secret is shown this once."""
    if not _NAME.fullmatch(name):
        raise WrongTarget(
            f"target name {name!r}: use up to 64 Latin letters, digits, dots, dashes", Wrong.NAME
        )
    wanted = _patterns(events or ALL)
    _check(services, url)
    secret = new_secret()
    with services.database.transaction() as session:
        store = TargetStore(session)
        there = store.all()
        if name in {target.name for target in there}:
            raise WrongTarget(
                f"target {name}: this name is taken; choose another", Wrong.NAME_TAKEN
            )
        if not there:  # what happened while nobody was told is no news
            KnownStore(session).forget()
        target = store.add(name, url, wanted, services.cipher.lock(secret), services.now())
        return _detached(session, target), secret


def change(
    services: Services, name: str, *, url: str | None = None, events: Sequence[str] | None = None
) -> Target:
    """Set another URL, or other events; the secret stays, sealed with the current key."""
    wanted = {"events": _patterns(events)} if events else {}
    if url is not None:
        _check(services, url)
    with services.database.transaction() as session:
        store = TargetStore(session)
        target = store.by_name(name)
        cipher = services.cipher
        store.seal_again(target.id, lambda sealed: cipher.lock(cipher.unlock(sealed)))
        store.change(target.id, **wanted, **({} if url is None else {"url": url}))
        return _detached(session, target)


def pause(session: Session, name: str) -> Target:
    """Send nothing; what happens meanwhile is kept and sent later."""
    store = TargetStore(session)
    target = store.by_name(name)
    store.change(target.id, state=TargetState.PAUSED)
    return target


def resume(session: Session, name: str, now: datetime) -> Target:
    """Go on, with all that waits."""
    store = TargetStore(session)
    target = store.by_name(name)
    store.go_on(target.id)
    DeliveryStore(session).hurry(target.id, now)
    IncidentStore(session).resolve(IncidentKind.TARGET_PAUSED, subject(target.id), now)
    return target


def rotate(services: Services, name: str) -> tuple[Target, str]:
    """Give it another secret; the one before signs beside it for a day."""
    secret = new_secret()
    with services.database.transaction() as session:
        store = TargetStore(session)
        target = store.by_name(name)
        store.rotate(target.id, services.cipher.lock(secret), services.now() + OVERLAP)
        return _detached(session, target), secret


def remove(session: Session, name: str, now: datetime) -> None:
    """Forget a target with all that waits for it."""
    store = TargetStore(session)
    target = store.by_name(name)
    incidents = IncidentStore(session)
    incidents.resolve(IncidentKind.TARGET_PAUSED, subject(target.id), now)
    incidents.resolve(IncidentKind.JOB_GIVEN_UP, f"house/{step_of(target.id)}", now)
    store.remove(target.id)
    if not store.all():
        KnownStore(session).forget()


def ping(services: Services, name: str) -> Tested:
    """Send a ping now, also to a paused target; it is not tried again."""
    now = services.now()
    with services.database.transaction() as session:
        target = TargetStore(session).by_name(name)
        store = DeliveryStore(session)
        news = News(EventType.PING, {"target": target.name})
        message = store.outgoing(store.add(news, target.id, now).id, now)
        session.expunge_all()
    with sender_to(services, message.url) as sender:
        answer = send(services, sender, message)
    note(services, message.delivery, answer, again=False)
    return Tested(message.message_id, answer)


def replay(
    session: Session,
    name: str,
    now: datetime,
    *,
    ids: Collection[str] = (),
    since: datetime | None = None,
) -> int:
    """Send messages once more, with the ids they had; how many.

    They are named by the id of a message ("msg_...") or of a delivery. A ping is sent again only
    by its id.
    """
    if not ids and since is None:
        raise WrongUse("which? give ids of messages, or a moment since when")
    for one in ids:
        if not re.match(DELIVERY_ID, one):
            raise WrongUse(
                f"delivery {one}: this is no id; an id is msg_... as its receiver knows it, and "
                f"they are shown by: {command(f'target deliveries {name}')}"
            )
    target = TargetStore(session).by_name(name)
    return DeliveryStore(session).replay(target.id, now, ids=ids, since=since)


def way_back(name: str) -> str:
    """What to do about a target that is stopped."""
    return (
        f"mend the receiver, try it: {command(f'target test {name}')}; "
        f"then: {command(f'target resume {name}')}"
    )


def _patterns(events: Sequence[str]) -> list[str]:
    """The patterns in their order, or WrongTarget when one chooses nothing."""
    for pattern in events:
        if not choices(pattern):
            there = ", ".join(one.value for one in CHOOSABLE)
            raise WrongTarget(f"event {pattern}: no such event; there are: {there}", Wrong.EVENTS)
    return list(dict.fromkeys(events))


def _check(services: Services, url: str) -> None:
    webhook.check(url, Allowed.read(services.settings.private_targets))


def _detached(session: Session, target: Target) -> Target:
    session.refresh(target)
    session.expunge(target)
    return target
