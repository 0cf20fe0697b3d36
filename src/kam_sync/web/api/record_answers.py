"""How the API answers with the records of CRMs."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from connectors import Happening, Outcome
from kam_sync.kpi.values import Moment, Money
from kam_sync.notify.shapes import (
    AccountId,
    Dated,
    Described,
    ExternalId,
    Item,
    OfAccount,
    Owned,
    Record,
    SourceName,
)


class Contact(Described):
    """A person at a customer."""

    name: str
    company_external_id: str | None
    person_id: str = Field(description="Who it is; contacts of one person have one id.")
    position: str | None
    phones: list[str]
    emails: list[str]
    consent: bool | None = Field(
        description="Agreed to the processing of their data; null where the CRM says nothing."
    )
    do_not_contact: bool | None = Field(description="Wants no calls, letters or messages.")


class Task(Owned):
    """A to-do of a CRM user."""

    text: str
    is_done: bool
    about_noun: str | None = Field(description="company, contact, deal or customer.")
    about_external_id: str | None
    due_at: Moment | None
    kind: str | None
    result: str | None
    is_ours: bool = Field(description="True when we have written it into the CRM.")


class Customer(Described):
    """A repeat buyer."""

    name: str
    company_external_id: str | None
    contact_external_ids: list[str]
    stage_external_id: str | None
    next_purchase_at: Moment | None
    next_amount: Money | None
    total_amount: Money | None = Field(description="Sum of all purchases, as the CRM counts it.")
    purchases_count: int | None


class Purchase(OfAccount):
    """One purchase of a repeat buyer."""

    customer_external_id: str
    amount: Money | None
    completed_at: Moment | None
    comment: str | None
    items: list[Item]


class Invoice(OfAccount):
    """A bill."""

    name: str
    status: str = Field(
        description="created (not paid), partly_paid, paid, issued (paid or not), draft, or the "
        "CRM's own word."
    )
    amount: Money | None
    paid_at: Moment | None
    number: str | None
    issued_on: date | None
    due_on: date | None = Field(description="The last day to pay without delay.")
    paid_amount: Money | None
    payer_noun: str | None
    payer_external_id: str | None
    custom: dict[str, Any]


class Happened(BaseModel):
    """Something that happened, in the words of activities and timelines."""

    kind: str = Field(description="The CRM's own word for it.", examples=["call_in"])
    about_noun: str | None = Field(description="company, contact, deal or customer.")
    about_external_id: str | None
    author_external_id: str | None = Field(description="null when a robot or the CRM did it.")
    text: str | None
    is_incoming: bool | None = Field(description="Of calls and messages: from the customer.")
    seconds: int | None = Field(description="How long a call took.")
    is_ours: bool = Field(description="True when we have written it into the CRM.")
    details: dict[str, Any]


class Activity(Record, Happened):
    """A note, a call, a message, or an entry of the CRM's log."""

    account_id: AccountId | None
    happening: Happening
    at: Moment | None
    mirrors: str | None = Field(description="The note that this entry of the log announces.")
    updated_at: Moment | None
    is_deleted: bool


class Entry(Happened):
    """An entry of the stream of an account."""

    source: SourceName
    part: str = Field(description="activity, task or deal: which list holds the record.")
    external_id: ExternalId
    at: Moment
    what: str = Field(
        description="call, message, email, note, ...; task, task_done; won, lost.",
        examples=["call"],
    )
    about_name: str | None
    author_name: str | None
    amount: Money | None = Field(description="Of deals.")


class User(Record):
    """A person who works in a CRM."""

    name: str
    email: str | None
    group_external_id: str | None
    is_active: bool


class Group(Record):
    """A department of CRM users."""

    name: str


class Stage(BaseModel):
    """A step of a pipeline."""

    external_id: str
    name: str
    position: int
    outcome: Outcome


class Pipeline(Record):
    """A set of stages that deals go through."""

    name: str
    is_archived: bool
    stages: list[Stage]


class LossReason(Record):
    """Why deals are lost."""

    name: str
    position: int


class Product(Dated):
    """Something that is sold."""

    name: str
    catalog_external_id: str | None
    sku: str | None
    price: Money | None
    custom: dict[str, Any]


class CustomField(Record):
    """A custom field of a kind of records."""

    about_noun: str = Field(examples=["company"])
    name: str = Field(examples=["ИНН"])
    kind: str = Field(
        description="text, number, money, choice, choices, date, moment, flag, contacts, address, "
        "legal_entity, items, file, link or other."
    )
    code: str | None
    options: list[str] = Field(description="What may be chosen.")
    is_deleted: bool
