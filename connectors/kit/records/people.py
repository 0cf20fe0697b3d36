"""Who works in the CRM, and whom it knows at the customers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Group:
    """A department of the CRM's users."""

    external_id: str
    name: str


@dataclass(frozen=True, slots=True)
class User:
    """A person who works in the CRM."""

    external_id: str
    name: str
    email: str | None = None
    group_external_id: str | None = None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Company:
    """A customer's firm as one CRM sees it."""

    external_id: str
    name: str
    inn: str | None = None
    kpp: str | None = None
    ogrn: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    website: str | None = None
    address: str | None = None
    """One line, as the CRM gives it; its parts are joined."""
    city: str | None = None
    """Only where the CRM says it apart, or as a part of the address."""
    segment: str | None = None
    contract_ends_on: date | None = None
    tags: tuple[str, ...] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)
    """Values of all custom fields by the field's id in the CRM, see `kit.custom`."""
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
    tags: tuple[str, ...] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)
    owner_external_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    is_deleted: bool = False
    consent: bool | None = None
    """Whether the person agreed to the processing of their data; None where the CRM says nothing.
    """
    do_not_contact: bool | None = None
    """The person wants no calls, letters or messages."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A repeat buyer, where a CRM keeps them apart from companies."""

    external_id: str
    name: str
    company_external_id: str | None = None
    contact_external_ids: tuple[str, ...] = ()
    stage_external_id: str | None = None
    next_purchase_at: datetime | None = None
    next_amount: Decimal | None = None
    total_amount: Decimal | None = None
    """Sum of all purchases as the CRM counts it."""
    purchases_count: int | None = None
    currency: str | None = None
    tags: tuple[str, ...] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)
    owner_external_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    is_deleted: bool = False
