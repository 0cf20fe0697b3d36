"""What the work with an account is measured by beside deals: money, goods, answers, plans.

Days are calendar days where the account lives. The account is that of the company; a fact of our
own, such as the stock of our warehouse, names none. Amounts are in their own currency, quantities
in the unit of the product; a correction is a fact with a negative amount. What a customer sends
back is a return, or a shipment with a negative amount: one of the two.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from connectors.kit.records.choices import CostKind, RebatePeriod


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What all facts say."""

    external_id: str
    company_external_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    is_deleted: bool = False
    """Also of a document that does not count (yet), such as one of 1C that is not posted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(Fact):
    """Money that has come in from a customer; money given back is negative."""

    paid_on: date
    amount: Decimal
    currency: str
    number: str | None = None
    invoice_external_id: str | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment(Fact):
    """Sell-in: what was shipped or rendered to a customer, a line or a whole document."""

    shipped_on: date
    amount: Decimal
    currency: str
    number: str | None = None
    sku: str | None = None
    product: str | None = None
    quantity: Decimal | None = None
    ordered: Decimal | None = None
    """The quantity that was ordered."""
    cost: Decimal | None = None
    """What it has cost us, in the same currency."""
    promised_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SellOut(Fact):
    """What a customer has sold on to the end buyer, on a day or in the period that ends then."""

    sold_on: date
    since: date | None = None
    """First day of the period, where it is more than a day."""
    sku: str | None = None
    product: str | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock(Fact):
    """How much lay in a warehouse at the end of a day; ours where no company is named."""

    counted_on: date
    quantity: Decimal
    sku: str | None = None
    product: str | None = None
    warehouse: str | None = None
    amount: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NpsAnswer(Fact):
    """How likely somebody is to recommend us, 0 to 10."""

    answered_on: date
    score: int
    contact_external_id: str | None = None
    survey: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Fact):
    """What a KPI of an account is to come to in a period."""

    kpi: str
    starts_on: date
    ends_on: date
    """The last day of the period."""
    target: Decimal
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget(Fact):
    """What may be spent on an account in a period, and what has been spent of it."""

    name: str
    starts_on: date
    ends_on: date
    amount: Decimal
    currency: str
    spent: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivable(Fact):
    """What a customer owed us at the end of a day; what was paid ahead is negative."""

    counted_on: date
    amount: Decimal
    currency: str
    overdue: Decimal | None = None
    """How much of it was due before that day."""
    contract: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Return(Fact):
    """Goods that came back from a customer, a line or a whole document; nothing is negative."""

    returned_on: date
    amount: Decimal
    """What they had been sold for."""
    currency: str
    number: str | None = None
    sku: str | None = None
    product: str | None = None
    quantity: Decimal | None = None
    cost: Decimal | None = None
    """What they have cost us, in the same currency: what is ours again; 0 where they are lost."""
    reason: str | None = None
    shipment_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost(Fact):
    """What was spent on a customer; taken back when negative."""

    spent_on: date
    kind: CostKind
    amount: Decimal
    currency: str
    number: str | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Fact):
    """What was agreed with a customer."""

    number: str
    starts_on: date
    ends_on: date | None = None
    """The last day; None: until somebody ends it."""
    amount: Decimal | None = None
    """What the whole contract is worth."""
    currency: str | None = None
    """Of all amounts in it."""
    payment_days: int | None = None
    """How many days after an invoice it is due."""
    credit_limit: Decimal | None = None
    notice_days: int | None = None
    """So many days before its end it has to be ended, or spoken of."""
    is_renewed: bool | None = None
    """Whether it goes on by itself after its last day."""
    rebate_steps: str | None = None
    """As `rebates.canonical` writes them: `3000000: 2%; 5000000: 3%`."""
    rebate_period: RebatePeriod | None = None
