"""Words of the account store: account, link, and the records of every source in one form."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from connectors import Happening, Outcome
from kam_sync.base import fields


class Account(SQLModel):
    """Our one view of a customer, whatever the CRMs call it."""

    id: UUID
    name: str
    inn: str | None = None
    kpp: str | None = None
    is_active: bool = True
    """False when the CRM has deleted every company that the account is made of."""
    merged_into: UUID | None = None
    """The account that all its companies belong to now."""
    changed_at: datetime = fields.moment()


class Link(SQLModel):
    """A company of a source belongs to an account, and why we think so."""

    source_id: int
    company_external_id: str
    account_id: UUID
    seq: int
    """The order in which companies came to be known: an account keeps the id of its first."""
    evidence: list[dict[str, Any]] = fields.document(default_factory=list)
    """What speaks for it: clue, weight and what is shared; empty for an account's first company."""


class FromSource(SQLModel):
    """What every record of a CRM has; `changed_at` is when our copy last changed."""

    source_id: int
    external_id: str
    changed_at: datetime = fields.moment()


class Dated(FromSource):
    """A record with the CRM's own times and its mark of deletion."""

    created_at: datetime | None = fields.moment(default=None)
    updated_at: datetime | None = fields.moment(default=None)
    is_deleted: bool = False


class Owned(Dated):
    """A record that a CRM user is responsible for."""

    owner_external_id: str | None = None


class Described(Owned):
    """A record with tags and with custom fields: their values by the field's id in the CRM."""

    tags: list[str] = fields.texts()
    custom: dict[str, Any] = fields.document(default_factory=dict)


class Group(FromSource):
    """A department of a CRM's users."""

    name: str


class User(FromSource):
    """A person who works in a CRM."""

    name: str
    email: str | None = None
    group_external_id: str | None = None
    is_active: bool = True


class CustomField(FromSource):
    """A custom field: of which noun, of which kind, and what may be chosen in it."""

    about_noun: str
    name: str
    kind: str
    code: str | None = None
    options: list[str] = fields.texts()
    is_deleted: bool = False


class LossReason(FromSource):
    """Why deals are lost."""

    name: str
    position: int


class Product(Dated):
    """Something that is sold."""

    name: str
    catalog_external_id: str | None = None
    sku: str | None = None
    price: Decimal | None = fields.exact(default=None)
    currency: str | None = None
    custom: dict[str, Any] = fields.document(default_factory=dict)


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


class Company(Described):
    """A customer's firm as one source sees it."""

    name: str
    inn: str | None = None
    kpp: str | None = None
    ogrn: str | None = None
    phones: list[str] = fields.texts()
    emails: list[str] = fields.texts()
    website: str | None = None
    address: str | None = None
    city: str | None = None
    segment: str | None = None
    contract_ends_on: date | None = None


class Contact(Described):
    """A person at a customer."""

    name: str
    company_external_id: str | None = None
    position: str | None = None
    phones: list[str] = fields.texts()
    emails: list[str] = fields.texts()
    consent: bool | None = None
    """Whether the person agreed to the processing of their data, as far as the CRM says."""
    do_not_contact: bool | None = None
    """The person wants no calls, letters or messages."""


class Deal(Described):
    """A sale; `amount` is None where the CRM holds none."""

    name: str
    company_external_id: str | None = None
    contact_external_ids: list[str] = fields.texts()
    loss_reason_external_id: str | None = None
    items: list[dict[str, Any]] = fields.document(default_factory=list)
    """Attached products and invoices: external_id, quantity, catalog_external_id."""
    contract_ends_on: date | None = None
    pipeline_external_id: str
    stage_external_id: str
    outcome: Outcome = fields.choice(Outcome)
    amount: Decimal | None = fields.exact(default=None)
    currency: str
    closed_at: datetime | None = fields.moment(default=None)


class Task(Owned):
    """A to-do of a CRM user."""

    text: str
    is_done: bool
    about_noun: str | None = None
    about_external_id: str | None = None
    due_at: datetime | None = fields.moment(default=None)
    kind: str | None = None
    result: str | None = None
    is_ours: bool = False
    """Written by us into the CRM: no sign of life of the account."""


class Customer(Described):
    """A repeat buyer, where a CRM keeps them apart from companies."""

    name: str
    company_external_id: str | None = None
    contact_external_ids: list[str] = fields.texts()
    stage_external_id: str | None = None
    next_purchase_at: datetime | None = fields.moment(default=None)
    next_amount: Decimal | None = fields.exact(default=None)
    total_amount: Decimal | None = fields.exact(default=None)
    purchases_count: int | None = None
    currency: str | None = None


class Purchase(Dated):
    """One purchase of a repeat buyer."""

    customer_external_id: str
    amount: Decimal | None = fields.exact(default=None)
    currency: str
    completed_at: datetime | None = fields.moment(default=None)
    comment: str | None = None
    items: list[dict[str, Any]] = fields.document(default_factory=list)


class Invoice(Dated):
    """A bill; a deal's items name it."""

    name: str
    status: str
    amount: Decimal | None = fields.exact(default=None)
    currency: str
    paid_at: datetime | None = fields.moment(default=None)
    payer_noun: str | None = None
    payer_external_id: str | None = None
    number: str | None = None
    issued_on: date | None = None
    due_on: date | None = None
    paid_amount: Decimal | None = fields.exact(default=None)
    first_seen_at: datetime | None = fields.first_seen()
    custom: dict[str, Any] = fields.document(default_factory=dict)


class Activity(FromSource):
    """Something that happened about a record: a note, a call, an entry of the CRM's log."""

    happening: Happening = fields.choice(Happening)
    kind: str
    at: datetime | None = fields.moment(default=None)
    about_noun: str | None = None
    about_external_id: str | None = None
    author_external_id: str | None = None
    is_incoming: bool | None = None
    text: str | None = None
    seconds: int | None = None
    details: dict[str, Any] = fields.document(default_factory=dict)
    mirrors: str | None = None
    is_ours: bool = False
    updated_at: datetime | None = fields.moment(default=None)
    is_deleted: bool = False


class StreamEntry(SQLModel):
    """Something that happened about an account: an activity, a task, a deal won or lost."""

    part: str
    """activity, task or deal: what kind of record it is."""
    source_id: int
    external_id: str
    at: datetime
    what: str
    """A Happening, or task, task_done, won, lost."""
    kind: str
    """The CRM's own word for it."""
    about_noun: str
    about_external_id: str
    about_name: str | None = None
    author_external_id: str | None = None
    author_name: str | None = None
    text: str | None = None
    is_incoming: bool | None = None
    seconds: int | None = None
    amount: Decimal | None = None
    currency: str | None = None
    is_ours: bool = False
    details: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Translated:
    """How far the raw records of a noun of a source are translated."""

    round: int = 0
    """How often everything was to be translated again."""
    change_no: int = 0
    """All changes up to this one are translated, in this round."""


class SetAside(SQLModel):
    """A record that could not be said in our words: which one and why. It is kept raw."""

    source_id: int
    noun: str
    external_id: str
    reason: str
    at: datetime = fields.moment()
