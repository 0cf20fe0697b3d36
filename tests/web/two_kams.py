"""Two key account managers with different accounts: one house, two sets of everything."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from fastapi import FastAPI

import connectors as gate
from connectors import Noun, Outcome
from kam_sync import flow
from kam_sync.access.model import Identity, Role
from kam_sync.alerts.store import AlertStore
from tests.fakes.joining import merge
from tests.web.world import WHEN, World


def asked_by(who: Identity, app: FastAPI) -> Any:
    """The application as somebody reaches it whom the gate lets in everywhere: what they see then
    is left to the database alone."""

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        scope["state"] = _Fixed({**scope.get("state", {}), "identity": who})
        await app(scope, receive, send)

    return asked


class _Fixed(dict[str, Any]):
    """The state of a request in which it is settled who asks."""

    def __setitem__(self, key: str, value: Any) -> None:
        if key != "identity":
            super().__setitem__(key, value)


SHARED_INN = "7736050003"
TODAY = date(2026, 11, 20)


@dataclass
class Side:
    """What one of them looks after. Each word, number and id of it is nobody else's."""

    word: str
    """Part of every name."""
    digit: int
    """The head of every id and amount."""
    accounts: list[UUID] = field(default_factory=list)
    alerts: list[UUID] = field(default_factory=list)
    people: list[UUID] = field(default_factory=list)

    @property
    def who(self) -> Identity:
        """The manager, as they ask."""
        return Identity(f"user:{self.digit}", self.word, Role.KAM, (self.email,))

    @property
    def email(self) -> str:
        """By which the CRMs know them."""
        return f"kam{self.digit}@example.org"

    def id(self, number: int) -> str:
        """An id of a record."""
        return f"{self.digit}70{number:02}{self.digit}"

    def money(self, number: int) -> int:
        """An amount: seven digits, the first and the last are this side's."""
        return self.digit * 1_010_000 + number * 100 + self.digit

    def name(self, what: str) -> str:
        """A name of something."""
        return f"{what} {self.word}"

    def planted(self) -> list[str]:
        """What must be in no answer to the other one."""
        return [
            self.word, self.inn, *map(str, self.accounts), *map(str, self.alerts),
            *(self.id(number) for number in range(60) if number != 7),  # users are known to all
        ]  # fmt: skip

    @property
    def inn(self) -> str:
        """The INN of the first company."""
        return {1: "7707083893", 2: "7728168971"}[self.digit]


@dataclass
class House:
    """Both, and what belongs to neither."""

    world: World
    anna: Side
    boris: Side
    sources: tuple[int, int]


def fill(world: World) -> House:
    """Each has a head office that fell, a branch below it, a lone account and one merged into it.

    Beside there is a group of both: its head office is the first one's, its branch the other's.
    """
    sources = world.add_source("sales"), world.add_source("shop")
    house = House(world, Side("Ромашка", 1), Side("Гладиолус", 2), sources)
    for side in (house.anna, house.boris):
        _people(world, sources, side)
    flow.match(world.services)
    for side in (house.anna, house.boris):
        _join(house, side)
    world.measure()
    with world.services.database.transaction() as session:
        people = dict(
            session.execute(sa.text("SELECT external_id, person_id FROM person_link")).all()
        )
        for side in (house.anna, house.boris):
            side.people = [people[side.id(8)]]
        for alert in AlertStore(session).alerts(limit=100):
            side = house.anna if alert.account_id in house.anna.accounts else house.boris
            side.alerts.append(alert.id)
    return house


def _people(world: World, sources: tuple[int, int], side: Side) -> None:
    sales, shop = sources
    for source in sources:
        world.save(source, Noun.USER, gate.User(side.id(7), f"КАМ {side.digit}", side.email))
    owner = {"owner_external_id": side.id(7)}
    world.save(
        sales, Noun.COMPANY,
        gate.Company(side.id(1), side.name("ООО"), side.inn, "770701001", **owner),
        gate.Company(side.id(2), side.name("Филиал"), side.inn, "631643001", **owner),
        gate.Company(side.id(3), side.name("Лавка"), phones=(f"8495{side.digit}112233",), **owner),
    )  # fmt: skip
    world.save(shop, Noun.COMPANY, gate.Company(side.id(4), side.name("Shop"), **owner))
    shared = gate.Company(
        side.id(5), side.name("Холдинг"), SHARED_INN, {1: "770701001", 2: "631643001"}[side.digit],
        **owner,
    )  # fmt: skip
    world.save(sales, Noun.COMPANY, shared)
    _records(world, sales, side)
    usual = [side.money(50) + 100 * (month % 3) for month in range(21)]
    for company, months in ((2, 6), (3, 3), (5, 2)):
        _deals(world, sales, side, company, usual[:months])
    _deals(world, sales, side, 1, [*usual, 9, 9, 9])


def _deals(world: World, source: int, side: Side, company: int, amounts: list[int]) -> None:
    deals = []
    for month, amount in enumerate(amounts):
        at = WHEN - timedelta(days=30 * (len(amounts) - month))
        deals.append(gate.Deal(
            f"{side.id(20)}-{company}-{month}", side.name("Сделка"), "1", "142", Outcome.WON,
            Decimal(amount), "RUB", side.id(company), contact_external_ids=(side.id(8),),
            created_at=at - timedelta(days=5), updated_at=at, closed_at=at,
        ))  # fmt: skip
    open_one = gate.Deal(
        f"{side.id(21)}-{company}", side.name("Открытая"), "1", "2", Outcome.OPEN,
        Decimal(side.money(40)), "RUB", side.id(company), created_at=WHEN - timedelta(days=9),
        contract_ends_on=TODAY + timedelta(days=10), items=(gate.Item(side.id(31), Decimal(1)),),
    )  # fmt: skip
    world.save(source, Noun.DEAL, *deals, open_one)


def _records(world: World, source: int, side: Side) -> None:
    company, at = side.id(1), WHEN - timedelta(days=2)
    money = Decimal(side.money(30))
    world.save(source, Noun.CONTACT, gate.Contact(
        side.id(8), side.name("Иван"), company, phones=(f"8916{side.digit}445566",),
        emails=(f"ivan{side.digit}@client{side.digit}.example",),
    ))  # fmt: skip
    world.save(source, Noun.CUSTOMER, gate.Customer(
        side.id(9), side.name("Покупатель"), company, total_amount=money, currency="RUB"
    ))  # fmt: skip
    world.save(source, Noun.PURCHASE, gate.Purchase(
        side.id(10), side.id(9), money, "RUB", at, side.name("Покупка")
    ))  # fmt: skip
    world.save(source, Noun.INVOICE, gate.Invoice(
        side.id(11), side.name("Счёт"), "unpaid", money, "RUB", payer_noun=Noun.COMPANY,
        payer_external_id=company, number=side.id(11), issued_on=TODAY, due_on=TODAY,
    ), gate.Invoice(side.id(31), side.name("Счёт сделки"), "unpaid", money, "RUB"))  # fmt: skip
    world.save(source, Noun.TASK, gate.Task(
        side.id(12), side.name("Позвонить"), is_done=False, about_noun=Noun.CONTACT,
        about_external_id=side.id(8), due_at=at,
    ))  # fmt: skip
    world.save(source, Noun.NOTE, gate.Activity(
        side.id(13), gate.Happening.NOTE, "common", at, Noun.DEAL, f"{side.id(20)}-1-1",
        text=side.name("Заметка"),
    ))  # fmt: skip
    world.save(source, Noun.PAYMENT, gate.Payment(
        external_id=side.id(14), company_external_id=company, paid_on=TODAY, amount=money,
        currency="RUB", purpose=side.name("Оплата"),
    ))  # fmt: skip
    world.save(source, Noun.SHIPMENT, gate.Shipment(
        external_id=side.id(15), company_external_id=company, shipped_on=TODAY, amount=money,
        currency="RUB", product=side.name("Товар"),
    ))  # fmt: skip


def _join(house: House, side: Side) -> None:
    """One account of each is merged away; what they look after is noted."""
    sales, shop = house.sources
    lone, other = house.world.account(sales, side.id(3)), house.world.account(shop, side.id(4))
    merge(house.world.services, lone, other, by="Анна")
    side.accounts = [*(house.world.account(sales, side.id(n)) for n in (1, 2, 3)), other]
    side.accounts.append(house.world.account(sales, side.id(5)))
