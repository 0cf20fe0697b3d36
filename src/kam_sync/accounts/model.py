"""Words of the account store: account, link, and the records of every source in one form."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel import SQLModel

from connectors import Outcome
from kam_sync.base import fields


class Account(SQLModel):
    """Our one view of a customer, whatever the CRMs call it."""

    id: UUID
    name: str
    inn: str | None = None
    kpp: str | None = None
    is_active: bool = True
    """False when the CRM has deleted every company that the account is made of."""
    changed_at: datetime = fields.moment()


class Link(SQLModel):
    """A company of a source belongs to an account, and why we think so."""

    source_id: int
    company_external_id: str
    account_id: UUID
    evidence: str


class FromSource(SQLModel):
    """What every record of a CRM has; `changed_at` is when our copy last changed."""

    source_id: int
    external_id: str
    changed_at: datetime = fields.moment()


class Dated(FromSource):
    """A record with the CRM's own times and its mark of deletion."""

    owner_external_id: str | None = None
    created_at: datetime | None = fields.moment(default=None)
    updated_at: datetime | None = fields.moment(default=None)
    is_deleted: bool = False


class User(FromSource):
    """A person who works in a CRM."""

    name: str
    email: str | None = None
    is_active: bool = True


class Pipeline(FromSource):
    """A set of stages that deals go through."""

    name: str
    is_archived: bool = False


class Stage(FromSource):
    """A step of a pipeline; `external_id` repeats between pipelines in some CRMs."""

    pipeline_external_id: str
    name: str
    position: int
    outcome: Outcome = fields.choice(Outcome)


class Company(Dated):
    """A customer's firm as one source sees it."""

    name: str
    inn: str | None = None
    kpp: str | None = None
    phones: list[str] = fields.texts()
    emails: list[str] = fields.texts()
    website: str | None = None


class Contact(Dated):
    """A person at a customer."""

    name: str
    company_external_id: str | None = None
    position: str | None = None
    phones: list[str] = fields.texts()
    emails: list[str] = fields.texts()


class Deal(Dated):
    """A sale; `amount` is None where the CRM holds none."""

    name: str
    company_external_id: str | None = None
    contact_external_ids: list[str] = fields.texts()
    pipeline_external_id: str
    stage_external_id: str
    outcome: Outcome = fields.choice(Outcome)
    amount: Decimal | None = fields.exact(default=None)
    currency: str
    closed_at: datetime | None = fields.moment(default=None)


class Task(Dated):
    """A to-do of a CRM user."""

    text: str
    is_done: bool
    about_noun: str | None = None
    about_external_id: str | None = None
    due_at: datetime | None = fields.moment(default=None)


class SetAside(SQLModel):
    """A record that could not be said in our words: which one and why. It is kept raw."""

    source_id: int
    noun: str
    external_id: str
    reason: str
    at: datetime = fields.moment()
