"""A CRM whose changes are told to a receiver, by a clock that the test moves."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from kam_sync import announcing, delivering, flow, targeting
from kam_sync.base.settings import Settings
from kam_sync.notify.model import Delivery, Target
from kam_sync.notify.store import DeliveryStore, TargetStore
from kam_sync.wiring import Services
from tests.fakes.listener import Listener
from tests.fakes.memory_crm import AskableCrm, ServicesOf, connected

BEGIN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class Time:
    """Called, it says the time; it moves when it is told to."""

    at: datetime = BEGIN

    def __call__(self) -> datetime:
        return self.at

    def go_on(self, **span: float) -> None:
        """Let some time pass: `minutes=5`."""
        self.at += timedelta(**span)


def allowing(services: Services, time: Time, *targets: str) -> Services:
    """The services by this clock, with these receivers allowed."""
    known = services.settings.model_dump() | {"allowed_targets": ", ".join(targets)}
    return replace(services, now=time, settings=Settings.model_validate(known))


@dataclass
class Told:
    """A connected CRM, and one target that hears of it."""

    services: ServicesOf
    source_id: int
    crm: AskableCrm
    time: Time
    ear: Listener
    target: Target
    secret: str
    seen: int = field(default=0)

    def sync(self) -> None:
        """Pull what has changed."""
        flow.sync(self.services, self.source_id)

    def announce(self) -> None:
        """Find what is news."""
        announcing.announce_all(self.services)

    def deliver(self) -> delivering.Delivered:
        """Send what is due."""
        return delivering.deliver(self.services, self.target.id)

    def hear(self, *, sync: bool = True) -> list[tuple[str, dict[str, Any]]]:
        """Pull, find and send; what came to the receiver since this was last asked."""
        if sync:
            self.sync()
        self.announce()
        self.deliver()
        new, self.seen = self.ear.posts[self.seen :], len(self.ear.posts)
        bodies = [json.loads(post.body) for post in new]
        return [(body["type"], body["data"]) for body in bodies]

    def types(self, *, sync: bool = True) -> list[str]:
        """The same, types alone and sorted."""
        return sorted(kind for kind, _ in self.hear(sync=sync))

    def standing(self) -> Target:
        """The target as it stands."""
        with self.services.database.transaction() as session:
            found = TargetStore(session).by_name(self.target.name)
            session.expunge_all()
            return found

    def deliveries(self) -> list[Delivery]:
        """All deliveries, newest first."""
        with self.services.database.transaction() as session:
            found = DeliveryStore(session).latest(self.target.id, limit=1000)
            session.expunge_all()
            return [one.delivery for one in found]

    def resume(self) -> None:
        """Let the target go on."""
        with self.services.database.transaction() as session:
            targeting.resume(session, self.target.name, self.time())


def told(services: Services, crm: AskableCrm, ear: Listener, *events: str) -> Told:
    """The CRM, connected, synced and known, with a target that has chosen these events."""
    time = Time()
    shop, source_id = connected(allowing(services, time, "127.0.0.1"), crm)
    flow.sync(shop, source_id)
    target, secret = targeting.add(shop, "bridge", f"{ear.url}/in", events)
    announcing.announce_all(shop)
    return Told(shop, source_id, crm, time, ear, target, secret)
