"""What is sold: pipelines, deals, purchases, products, invoices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.kit.records.nouns import Noun, Outcome


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
class LossReason:
    """Why deals are lost."""

    external_id: str
    name: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Product:
    """Something that is sold: an element of a catalog."""

    external_id: str
    name: str
    catalog_external_id: str | None = None
    sku: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    custom: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """How much of a product, or which invoice, is attached to a deal or a purchase."""

    external_id: str
    quantity: Decimal | None = None
    catalog_external_id: str | None = None


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
    loss_reason_external_id: str | None = None
    items: tuple[Item, ...] = ()
    """Products and invoices that are attached."""
    contract_ends_on: date | None = None
    tags: tuple[str, ...] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)
    owner_external_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    closed_at: datetime | None = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase of a repeat buyer."""

    external_id: str
    customer_external_id: str
    amount: Decimal | None
    currency: str
    completed_at: datetime | None = None
    comment: str | None = None
    items: tuple[Item, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Invoice:
    """A bill; which deal it belongs to is told by the deal's items."""

    external_id: str
    name: str
    status: str
    """created (not paid), partly_paid, paid, issued (paid or not), draft, or the CRM's own word."""
    amount: Decimal | None
    currency: str
    paid_at: datetime | None = None
    payer_noun: Noun | None = None
    payer_external_id: str | None = None
    number: str | None = None
    issued_on: date | None = None
    due_on: date | None = None
    """The last day to pay without delay."""
    paid_amount: Decimal | None = None
    custom: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    is_deleted: bool = False
