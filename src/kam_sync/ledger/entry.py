"""Decides what the ledger keeps of a record: whose it is, and what it is worth."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from connectors import (
    Activity,
    BadRecord,
    Company,
    Contact,
    Cost,
    Customer,
    Deal,
    Fact,
    Invoice,
    Noun,
    Payment,
    Purchase,
    RawRecord,
    Receivable,
    Record,
    Return,
    Shipment,
    Task,
)

Owner = tuple[Noun | None, str | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as the CRM has it; `digest` is that of its body."""

    external_id: str
    digest: bytes
    is_deleted: bool = False
    """Listed, and marked as deleted by the CRM itself."""
    is_bad: bool = False
    """It cannot be said in our words."""
    amount: Decimal | None = None
    currency: str | None = None
    of_noun: Noun | None = None
    """What tells its account: its company, its customer, its payer, or what it is about."""
    of_external_id: str | None = None


def entry_of(raw: RawRecord, digest: bytes, translate: Callable[[RawRecord], Record]) -> Entry:
    """The entry of a raw record."""
    try:
        record = translate(raw)
    except (BadRecord, ArithmeticError, LookupError, TypeError, ValueError):  # as step 2 has it
        return Entry(raw.external_id, digest, is_bad=True)
    of_noun, of_external_id = owner_of(record)
    amount, currency = _money(record)
    return Entry(
        raw.external_id, digest, is_deleted=getattr(record, "is_deleted", False), amount=amount,
        currency=currency, of_noun=of_noun, of_external_id=of_external_id,
    )  # fmt: skip


def owner_of(record: Record) -> Owner:
    """What tells the account of a record, as the record names it."""
    match record:
        case Company():
            return Noun.COMPANY, record.external_id
        case Contact() | Deal() | Customer() | Fact():
            return Noun.COMPANY, record.company_external_id
        case Purchase():
            return Noun.CUSTOMER, record.customer_external_id
        case Invoice():
            return record.payer_noun, record.payer_external_id
        case Task() | Activity():
            return record.about_noun, record.about_external_id
        case _:
            return None, None


def _money(record: Record) -> tuple[Decimal | None, str | None]:
    match record:
        case Deal() | Purchase() | Invoice() | Payment() | Shipment():
            return record.amount, record.currency
        case Receivable() | Return() | Cost():
            return record.amount, record.currency
        case _:
            return None, None
