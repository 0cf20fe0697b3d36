"""Records: what CRMs hold, in our words; and raw records, as a CRM sent them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Noun(StrEnum):
    """The kinds of things that are pulled from a CRM."""

    USER = "user"
    PIPELINE = "pipeline"
    COMPANY = "company"
    CONTACT = "contact"
    DEAL = "deal"
    TASK = "task"


class Outcome(StrEnum):
    """How a deal stands; a stage has one too."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


NAMELESS = "no-id-"
"""The ids of raw records that came without one begin so; the rest is a mark of their content."""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One object as the CRM sent it, under the id that the CRM gave it."""

    noun: Noun
    external_id: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class User:
    """A person who works in the CRM."""

    external_id: str
    name: str
    email: str | None = None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a pipeline; its key is (pipeline, stage), for stage ids repeat in some CRMs."""

    external_id: str
    name: str
    position: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Pipeline:
    """An ordered set of stages that deals go through."""

    external_id: str
    name: str
    stages: tuple[Stage, ...]
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class Company:
    """A customer's firm as one CRM sees it."""

    external_id: str
    name: str
    inn: str | None = None
    kpp: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    website: str | None = None
    owner_external_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a customer."""

    external_id: str
    name: str
    company_external_id: str | None = None
    position: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    owner_external_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Deal:
    """A sale, open or closed; `amount` is None where the CRM holds none."""

    external_id: str
    name: str
    pipeline_external_id: str
    stage_external_id: str
    outcome: Outcome
    amount: Decimal | None
    currency: str
    company_external_id: str | None = None
    contact_external_ids: tuple[str, ...] = ()
    owner_external_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    closed_at: datetime | None = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A to-do of a CRM user, mostly about a company, a contact or a deal."""

    external_id: str
    text: str
    is_done: bool
    about_noun: Noun | None = None
    about_external_id: str | None = None
    owner_external_id: str | None = None
    due_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    is_deleted: bool = False


Record = User | Pipeline | Company | Contact | Deal | Task
