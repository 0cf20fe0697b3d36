"""The words of a made-up business, whatever CRM it will be served by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

WON = 142
LOST = 143
"""Stages that every pipeline has under the same number."""


@dataclass(frozen=True, slots=True)
class User:
    """Someone who works in the CRM."""

    number: int
    name: str
    email: str
    is_admin: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a pipeline."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The way of a deal; the open stages in order, then won, then lost."""

    number: int
    name: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Company:
    """A customer."""

    number: int
    name: str
    inn: str | None
    kpp: str | None
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    tags: tuple[str, ...]
    owner: int
    created_at: datetime
    updated_at: datetime
    city: str | None = None
    """Where a CRM keeps it apart."""
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a customer."""

    number: int
    name: str
    first_name: str
    last_name: str
    position: str | None
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    company: int
    owner: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Deal:
    """One sale, open or closed; `price` is in whole units of the world's currency."""

    number: int
    name: str
    price: int | None
    pipeline: int
    stage: int
    company: int | None
    contacts: tuple[int, ...]
    owner: int
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    loss_reason: int | None = None
    tags: tuple[str, ...] = ()
    products: tuple[tuple[int, int], ...] = ()
    """What is sold: numbers of products and how many."""
    invoice: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do about a deal."""

    number: int
    text: str
    deal: int
    owner: int
    created_at: datetime
    due_at: datetime
    done_at: datetime | None
    result: str | None

    @property
    def updated_at(self) -> datetime:
        """When it was last touched."""
        return self.done_at or self.created_at


@dataclass(frozen=True, slots=True)
class Note:
    """A remark or a call about a deal, a contact or a company (`noun` is its plural)."""

    number: int
    noun: str
    about: int
    kind: str
    text: str
    phone: str | None
    seconds: int
    owner: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Customer:
    """A company that buys again and again."""

    number: int
    name: str
    company: int
    owner: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Purchase:
    """One time that a customer bought."""

    number: int
    customer: int
    price: int
    text: str
    bought_at: datetime


@dataclass(frozen=True, slots=True)
class Product:
    """Something to sell, and for how much."""

    number: int
    name: str
    price: int


@dataclass(frozen=True, slots=True)
class Invoice:
    """What a company was asked to pay for a deal."""

    number: int
    deal: int
    payer: Company
    price: int
    products: tuple[tuple[int, int], ...]
    owner: int
    created_at: datetime
    paid_at: datetime | None


@dataclass(frozen=True, slots=True)
class LossReason:
    """Why deals are lost."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Truth:
    """What a detector should find out about one company."""

    company: int
    name: str
    kind: str
    since: date


class World(Protocol):
    """A company's sales as they stand at the start of `today`; walks keep the memory flat."""

    @property
    def today(self) -> date:
        """The day at whose start (00:00 UTC) everything known has happened."""

    @property
    def slug(self) -> str:
        """A short name of what this is."""

    @property
    def currency(self) -> str:
        """ISO code of all prices."""

    @property
    def users(self) -> Sequence[User]:
        """Everyone; the first is an administrator."""

    @property
    def pipelines(self) -> Sequence[Pipeline]:
        """All pipelines, the main one first."""

    def companies(self) -> Iterator[Company]:
        """All companies by number."""

    def contacts(self) -> Iterator[Contact]:
        """All people by number."""

    def deals(self) -> Iterator[Deal]:
        """All deals, in no promised order."""

    def tasks(self) -> Iterator[Task]:
        """All tasks, in no promised order."""

    @property
    def loss_reasons(self) -> Sequence[LossReason]:
        """Why deals may be lost."""

    @property
    def products(self) -> Sequence[Product]:
        """What is sold."""

    def notes(self) -> Iterator[Note]:
        """Remarks and calls of the latest months."""

    def customers(self) -> Iterator[Customer]:
        """Those who buy again and again, by number."""

    def purchases(self) -> Iterator[Purchase]:
        """What they have bought in the latest months."""

    def invoices(self) -> Iterator[Invoice]:
        """What was asked to be paid in the latest months."""

    def truth(self) -> list[Truth]:
        """Which companies really changed; empty when nobody knows."""


class DealsAlone:
    """The part of a world that knows only companies, deals and tasks: nothing of the rest."""

    loss_reasons: Sequence[LossReason] = ()
    products: Sequence[Product] = ()

    def notes(self) -> Iterator[Note]:
        """None."""
        return iter(())

    def customers(self) -> Iterator[Customer]:
        """None."""
        return iter(())

    def purchases(self) -> Iterator[Purchase]:
        """None."""
        return iter(())

    def invoices(self) -> Iterator[Invoice]:
        """None."""
        return iter(())
