"""Words of the ledger: a check of a noun, its lines by account, and the records that differ."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlmodel import SQLModel

from connectors import ErrorKind, Noun
from kam_sync.base import fields

MONEY = (
    Noun.DEAL, Noun.PURCHASE, Noun.INVOICE, Noun.PAYMENT, Noun.SHIPMENT, Noun.RECEIVABLE,
    Noun.RETURN, Noun.COST,
)  # fmt: skip
"""Nouns whose amounts are added up."""


class LedgerState(StrEnum):
    """How a check ended."""

    EQUAL = "equal"
    REPAIRED = "repaired"
    """Differences were found, and none is left."""
    PARTED = "parted"
    """Differences are left."""
    UNKNOWN = "unknown"
    """The CRM did not show us the list; nothing was compared."""


class Difference(StrEnum):
    """On which side a record is."""

    ONLY_HERE = "only_here"
    ONLY_THERE = "only_there"
    DIFFERING = "differing"
    """On both, and not the same."""
    HELD = "held"
    """Only here, and since the repair its deletion waits for a person."""


class Check(SQLModel):
    """One comparison of a noun of a source; "here" is our store, "there" is the CRM.

    Both sides, their sums and what is explained stand as they are after the repair, where there
    was one; `only_here`, `only_there` and `differing` are what was found before it.
    """

    id: int
    source_id: int
    noun: str
    day: date
    """Of `checked_at`, in the zone of the house."""
    checked_at: datetime = fields.moment()
    state: LedgerState = fields.choice(LedgerState)
    here: int = 0
    there: int = 0
    sums: dict[str, dict[str, str]] = fields.document(default_factory=dict)
    """For each currency the sums `here` and `there`, exact."""
    only_here: int = 0
    only_there: int = 0
    differing: int = 0
    held: int = 0
    """Only here, and explained: their deletion waits for a person, or a person wants them kept."""
    set_aside: int = 0
    """Explained: the same on both sides, and not to be understood."""
    left_over: int = 0
    """How many differences repair left, all of them while nothing was repaired."""
    parted_since: date | None = None
    """The day of the first of an unbroken row of checks that found a difference.

    An earlier check of the same day may have found none.
    """
    message: str = ""
    error_kind: ErrorKind = fields.choice(ErrorKind, default=ErrorKind.OTHER)
    seconds: Decimal = Decimal(0)
    requests: int = 0

    @property
    def found(self) -> int:
        """How many records differed."""
        return self.only_here + self.only_there + self.differing

    @property
    def repaired(self) -> int:
        """How many of them were put right."""
        return max(self.found - self.left_over, 0)


class AccountLine(SQLModel):
    """What a check says of one account, in one currency where the noun has money.

    As the check itself: all but `found` and `parted_since` is as it stands after the repair.
    """

    account_id: UUID | None = None
    """None: records that belong to no account."""
    currency: str = ""
    here: int = 0
    there: int = 0
    sum_here: Decimal = fields.exact(default=Decimal(0))
    sum_there: Decimal = fields.exact(default=Decimal(0))
    differing: int = 0
    """How many of its records differ, on whichever side they are."""
    held: int = 0
    """Only here, and explained."""
    found: int = 0
    """How many differed before the repair."""
    parted_since: date | None = None
    """The first day of the unbroken row of checks that found a difference in it."""


class PartedRecord(SQLModel):
    """A record that differs."""

    external_id: str
    kind: Difference = fields.choice(Difference)
    account_id: UUID | None = None
    is_left: bool = True
    """False once it was put right."""
