"""Words of what people do about an account: who was in touch last, and what is to be done."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

LONG_AGO = 30
"""After so many days without a touch somebody should ask how it goes."""


@dataclass(frozen=True, slots=True)
class Touch:
    """The last time that one of ours was in touch with an account."""

    at: datetime
    what: str
    """A Happening: call, message, email, note."""
    is_incoming: bool | None
    by: str | None
    """Who of ours; None where the CRM does not say."""


@dataclass(frozen=True, slots=True)
class ToDo:
    """An open task about an account."""

    source_id: int
    external_id: str
    text: str
    due_at: datetime | None
    owner: str | None
    about_noun: str
    about_external_id: str
    is_ours: bool


@dataclass(frozen=True, slots=True)
class Unpaid:
    """An invoice of which something is still to be paid."""

    name: str
    number: str | None
    currency: str
    amount: Decimal
    left: Decimal
    """What of it is to be paid; below zero for a credit note."""
    issued_on: date
    due_on: date | None
    days_overdue: int
