"""Words of facts: what an account is measured by beside deals, each from one source."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import SQLModel

from connectors import CostKind, RebatePeriod
from kam_sync.accounts.model import Dated
from kam_sync.base import fields


class Fact(Dated):
    """What all facts have; the account is that of the company."""

    company_external_id: str | None = None
    first_seen_at: datetime | None = fields.first_seen()


class Payment(Fact):
    """Money that has come in; given back when negative."""

    paid_on: date
    amount: Decimal = fields.exact()
    currency: str
    number: str | None = None
    invoice_external_id: str | None = None
    purpose: str | None = None


class Shipment(Fact):
    """Sell-in: what was shipped or rendered to a customer."""

    shipped_on: date
    amount: Decimal = fields.exact()
    currency: str
    number: str | None = None
    sku: str | None = None
    product: str | None = None
    quantity: Decimal | None = fields.exact(default=None)
    ordered: Decimal | None = fields.exact(default=None)
    cost: Decimal | None = fields.exact(default=None)
    promised_on: date | None = None


class SellOut(Fact):
    """What a customer has sold on to the end buyer."""

    sold_on: date
    since: date | None = None
    sku: str | None = None
    product: str | None = None
    quantity: Decimal | None = fields.exact(default=None)
    amount: Decimal | None = fields.exact(default=None)
    currency: str | None = None


class Stock(Fact):
    """How much lay in a warehouse at the end of a day; in ours where no company is named."""

    counted_on: date
    quantity: Decimal = fields.exact()
    sku: str | None = None
    product: str | None = None
    warehouse: str | None = None
    amount: Decimal | None = fields.exact(default=None)
    currency: str | None = None


class NpsAnswer(Fact):
    """How likely somebody is to recommend us, 0 to 10."""

    answered_on: date
    score: int
    contact_external_id: str | None = None
    survey: str | None = None
    comment: str | None = None


class Plan(Fact):
    """What a KPI of an account is to come to in a period, whose days both count."""

    kpi: str
    starts_on: date
    ends_on: date
    target: Decimal = fields.exact()
    currency: str | None = None


class Budget(Fact):
    """What may be spent on an account in a period, and what has been spent of it."""

    name: str
    starts_on: date
    ends_on: date
    amount: Decimal = fields.exact()
    currency: str
    spent: Decimal | None = fields.exact(default=None)


class Receivable(Fact):
    """What a customer owed us at the end of a day; paid ahead when negative."""

    counted_on: date
    amount: Decimal = fields.exact()
    currency: str
    overdue: Decimal | None = fields.exact(default=None)
    contract: str | None = None


class Return(Fact):
    """Goods that came back from a customer; `cost` is what of theirs is ours again."""

    returned_on: date
    amount: Decimal = fields.exact()
    currency: str
    number: str | None = None
    sku: str | None = None
    product: str | None = None
    quantity: Decimal | None = fields.exact(default=None)
    cost: Decimal | None = fields.exact(default=None)
    reason: str | None = None
    shipment_number: str | None = None


class Cost(Fact):
    """What was spent on a customer; taken back when negative."""

    spent_on: date
    kind: CostKind = fields.choice(CostKind)
    amount: Decimal = fields.exact()
    currency: str
    number: str | None = None
    purpose: str | None = None


class Contract(Fact):
    """What was agreed with a customer; without a last day until somebody ends it."""

    number: str
    starts_on: date
    ends_on: date | None = None
    amount: Decimal | None = fields.exact(default=None)
    currency: str | None = None
    payment_days: int | None = None
    credit_limit: Decimal | None = fields.exact(default=None)
    notice_days: int | None = None
    is_renewed: bool | None = None
    rebate_steps: str | None = None
    rebate_period: RebatePeriod | None = fields.choice(RebatePeriod, default=None)


@dataclass(frozen=True, slots=True)
class FactsOf:
    """How many facts of a kind an account has, and the day of the newest."""

    noun: str
    count: int
    newest_on: date


class Correction(SQLModel):
    """What a fact was before a source changed it, or took it away."""

    id: int
    source_id: int
    noun: str
    external_id: str
    at: datetime = fields.moment()
    """When our copy was changed."""
    about_noun: str
    about_external_id: str | None = None
    """Whose it was: the company, or the payer of an invoice."""
    was: dict[str, Any] = fields.document()
    """All its fields, as JSON has them."""
    became: dict[str, Any] | None = fields.document(default=None)
    """The fields that are others now; None where the row itself was deleted."""

    @property
    def is_deletion(self) -> bool:
        """Whether the fact is not there any more after it."""
        return self.became is None or self.became.get("is_deleted") is True

    @property
    def changed(self) -> dict[str, tuple[Any, Any]]:
        """Of each field that is another one, what it was and what it is."""
        return {
            name: (self.was.get(name), value)
            for name, value in (self.became or {}).items()
            if name != "is_deleted"
        }
