"""Words of matching: pair, decision, parent, and the companies and contacts they are about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from kam_sync.base import fields
from kam_sync.matching.grouping import Company
from kam_sync.matching.judging import Answer


class Says(StrEnum):
    """What a person decided of two companies, or of two contacts."""

    TOGETHER = "together"
    APART = "apart"


class Pair(SQLModel):
    """Two companies, or two contacts, that are one, or may be: the smaller (source, id) first."""

    one_source_id: int
    one_id: str
    other_source_id: int
    other_id: str
    answer: Answer = fields.choice(Answer)
    weight: float
    """The natural logarithm of the odds that they are one."""
    is_doubtful: bool = False
    """It would be one, but something else of theirs speaks against it: a person is asked."""
    evidence: list[dict[str, Any]] = fields.document(default_factory=list)
    """Each with its clue, its weight, and what is shared."""


class Waiting(Pair):
    """A pair that waits for a person."""

    money: Decimal
    """What deals that are not lost come to in both accounts, those of one currency alone."""
    currency: str | None
    """None where there is no money."""
    place: int
    """Of the currency among all: 1 is that of most deals."""


class Question(Waiting):
    """A pair of companies that waits."""

    one_account_id: UUID
    other_account_id: UUID


class PersonQuestion(Waiting):
    """A pair of contacts that waits."""

    one_person_id: UUID
    other_person_id: UUID
    one_account_id: UUID | None
    other_account_id: UUID | None
    """None where a contact names no company."""


class PersonLink(SQLModel):
    """A contact of a source belongs to a person, and why we think so."""

    source_id: int
    external_id: str
    person_id: UUID
    seq: int
    """The order in which contacts came to be known: a person keeps the id of the first."""
    evidence: list[dict[str, Any]] = fields.document(default_factory=list)
    """What speaks for it: clue, weight and what is shared; empty for a person's first contact."""


class Phase(StrEnum):
    """What matching is at."""

    COMPANIES = "companies"
    """Companies are read."""
    PAIRS = "pairs"
    """Pairs of companies are compared, and accounts made of them."""
    CONTACTS = "contacts"
    """Contacts are read, compared, and people made of them."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a phase is; a total of 0 is not known."""

    phase: Phase
    done: int
    total: int = 0


class RematchState(StrEnum):
    """How it goes with comparing all anew."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    """A person or the worker ended it: what is left is compared with the next matching."""
    FAILED = "failed"


class Rematch(SQLModel):
    """A request to compare all companies and contacts anew, and what became of it."""

    by: str
    state: RematchState = fields.choice(RematchState, default=RematchState.WAITING)
    phase: Phase = fields.choice(Phase, default=Phase.COMPANIES)
    done: int = 0
    """Of the phase: companies, pairs or contacts."""
    total: int = 0
    """0 while it is not known."""
    companies: int = 0
    contacts: int = 0
    compared: int = 0
    """Pairs of companies and of contacts."""
    changed: int = 0
    """Companies that are in another account now, and contacts that are another person's."""
    asked_at: datetime = fields.moment()
    began_at: datetime | None = fields.moment(default=None)
    seen_at: datetime | None = fields.moment(default=None)
    """When it last said how far it is."""
    ended_at: datetime | None = fields.moment(default=None)

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in {RematchState.WAITING, RematchState.RUNNING}


class Hint(SQLModel):
    """What another matcher says of two companies: the smaller (source, id) first."""

    one_source_id: int
    one_id: str
    other_source_id: int
    other_id: str
    weight: float
    """The natural logarithm of the odds that they are one."""


class Decision(SQLModel):
    """What a person said of two companies or contacts; one that was undone stays for the record."""

    one_source_id: int
    one_id: str
    other_source_id: int
    other_id: str
    says: Says = fields.choice(Says)
    by: str
    at: datetime = fields.moment()
    note: str = ""
    undone_by: str | None = None
    undone_at: datetime | None = fields.moment(default=None)


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did at once: one pair that was joined or kept apart, or a split of many."""

    id: int
    """Of its first decision."""
    says: Says
    by: str
    at: datetime
    note: str
    undone_by: str | None
    undone_at: datetime | None
    """None while any of it holds."""
    sides: tuple[tuple[Company, ...], tuple[Company, ...]]
    """The companies or contacts on both sides; all of one against all of the other."""

    def as_document(self) -> dict[str, Any]:
        """What was said, but not of whom; for who writes JSON."""
        return {
            "id": str(self.id),
            "says": self.says.value,
            "by": self.by,
            "at": self.at,
            "note": self.note,
            "undone_by": self.undone_by,
            "undone_at": self.undone_at,
        }

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, str, int, str]], says: str, **told: Any) -> "Act":
        """An act of its pairs, in which each company is named first or second."""
        beside: dict[Company, set[Company]] = {}
        for one_source, one, other_source, other in pairs:
            beside.setdefault((one_source, one), set()).add((other_source, other))
            beside.setdefault((other_source, other), set()).add((one_source, one))
        right = beside[next(iter(beside))]
        left = beside[next(iter(right))]
        return cls(says=Says(says), sides=(tuple(sorted(left)), tuple(sorted(right))), **told)


class ParentDecision(SQLModel):
    """What a person said of the account of a company: whose child it is, or that it is nobody's.

    It is about companies, as other decisions are: the accounts are those that they belong to now.
    """

    source_id: int
    company_id: str
    parent_source_id: int | None = None
    parent_company_id: str | None = None
    by: str
    at: datetime = fields.moment()
    note: str = ""
    undone_by: str | None = None
    undone_at: datetime | None = fields.moment(default=None)


class Parent(SQLModel):
    """An account is a child of another, by the decision of a person or else by its INN."""

    account_id: UUID
    parent_id: UUID
    decision_id: int | None = None


class Member(SQLModel):
    """An account of a group; the account at its head has the depth 0."""

    id: UUID
    name: str
    inn: str | None
    kpp: str | None
    is_active: bool
    depth: int
    parent_id: UUID | None
    decision_id: int | None
    """The decision that says so; None where the INN does, or where there is no parent."""
    by: str | None
    at: datetime | None


class ParentSaid(SQLModel):
    """What a person said of the parent of an account."""

    parent_id: UUID | None
    """None where the person said that it has none."""
    parent_name: str | None
    by: str
    at: datetime
    note: str
    undone_by: str | None
    undone_at: datetime | None
