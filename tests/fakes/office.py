"""An office with key accounts and their managers, where alerts are opened by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import connectors as gate
from connectors import Noun
from kam_sync import channelling, flow, telling
from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.life import Life, State, Turn
from kam_sync.alerts.model import Alert, Facts
from kam_sync.alerts.store import AlertStore, IncidentStore
from kam_sync.base.settings import Locale
from kam_sync.drift.model import Finding, Kind, Verdict, Why
from kam_sync.notify.channel import Channel, Send, Through
from kam_sync.notify.store import SendStore
from kam_sync.web.wording import letters
from kam_sync.wiring import Services
from tests.fakes.rules import rule_of
from tests.fakes.telling import Time, allowing
from tests.web.world import World

PUBLIC = "https://kam.example.com"


@dataclass
class Office:
    """Accounts of one CRM, and whoever is told of them; `time` moves when it is told to."""

    services: Services
    time: Time
    world: World
    accounts: dict[str, UUID] = field(default_factory=dict)

    def hire(self, *people: tuple[str, str, str]) -> None:
        """Users of the CRM: id, name and e-mail."""
        users = [gate.User(key, name, email=email) for key, name, email in people]
        self.world.save(1, Noun.USER, *users)

    def win(self, *companies: tuple[str, str]) -> None:
        """Accounts: name, and the user who is responsible."""
        ones = [
            gate.Company(str(n), name, owner_external_id=owner)
            for n, (name, owner) in enumerate(companies, 1)
        ]
        self.world.save(1, Noun.COMPANY, *ones)
        for one in ones:
            self.accounts[one.name] = self.world.account(1, one.external_id)

    def rename(self, account: str, name: str) -> None:
        """The CRM calls an account otherwise."""
        with self.services.database.transaction() as session:
            AccountStore(session).by_ids([self.accounts[account]])[
                self.accounts[account]
            ].name = name

    def alarm(self, account: str, kpi: str = "won_revenue", *, observed: float = 320_000) -> Alert:
        """An alert opens, and is told."""
        facts = Facts(
            unit="RUB", observed=observed, expected=610_000, low=500_000, high=700_000, gap=-4,
            since=date(2026, 9, 1), on=date(2026, 10, 1),
        )  # fmt: skip
        finding = Finding(
            **facts.model_dump(), account_id=self.accounts[account], rule=kpi, kpi=kpi,
            kind=Kind.LEVEL, verdict=Verdict.DRIFT, why=Why.OUTSIDE_BAND, changed_at=self.time(),
        )  # fmt: skip
        life = Life(State.FIRING, self.time(), 4)
        with self.services.database.transaction() as session:
            store = AlertStore(session)
            alert = store.begin(finding, rule_of(kpi), life, self.time())
            store.turn(alert, (life, [Turn.OPENED]), self.time())
            session.flush()
            session.refresh(alert)
            session.expunge(alert)
        return alert

    def turn(self, alert: Alert, turn: Turn, state: State = State.FIRING) -> None:
        """Something else happens to an alert."""
        with self.services.database.transaction() as session:
            store = AlertStore(session)
            life = Life(state, self.time(), 4)
            store.turn(store.alert(alert.id), (life, [turn]), self.time())

    def open(self, name: str, url: str, locale: Locale = Locale.RU) -> Channel:
        """A channel."""
        return channelling.add(self.services, name, url, locale=locale)

    def notify(self) -> None:
        """Step 6."""
        flow.notify(self.services)

    def tell(self, channel: Channel) -> telling.Told:
        """Send what is due on a channel."""
        return telling.tell(self.services, channel.id, letters.write)

    def sends(self, channel: Channel) -> list[Send]:
        """What a channel was to tell, oldest first."""
        with self.services.database.transaction() as session:
            found = SendStore(session).latest(channel.id, limit=1000)
            session.expunge_all()
            return found[::-1]

    def standing(self, channel: Channel) -> Channel:
        """A channel as it stands."""
        return self.standing_of(channel.name)

    def standing_of(self, name: str) -> Channel:
        """The channel of a name."""
        return channelling.named(self.services, name)

    def route(self, channel: Channel, **wanted: Any) -> None:
        """Say what goes to a channel."""
        with self.services.database.transaction() as session:
            channelling.route(session, channel.name, Through(**wanted))

    def incidents(self, *, is_open: bool = True) -> list[str]:
        """Kinds of incidents that are open, or over."""
        with self.services.database.transaction() as session:
            found = IncidentStore(session).incidents(is_open=is_open, limit=50)
            return [one.kind.value for one in found]


def office(services: Services, *allowed: str) -> Office:
    """Two managers with an account each, and one account of nobody."""
    time = Time()
    known = allowing(services, time, *(allowed or ("127.0.0.1",)))
    known.settings.public_url = (
        type(known.settings).model_validate({"public_url": PUBLIC}).public_url
    )
    world = World(known)
    world.add_source()
    found = Office(known, time, world)
    found.hire(("7", "Ольга Ветрова", "olga@example.com"), ("8", "Пётр Ильин", "petr@example.com"))
    found.win(("ООО Ромашка", "7"), ("ООО Лютик", "8"), ("ООО Мята", ""))
    return found


def names(found: Sequence[Send]) -> list[str]:
    """How sends stand."""
    return [one.state.value for one in found]
