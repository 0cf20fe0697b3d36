"""What a value of a KPI is made of: whose rows, in which currency, above or below the line."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Dimension(StrEnum):
    """What rows are told apart by."""

    PIPELINE = "pipeline"
    COMPANY = "company"
    """The company of the account: its branch."""
    PRODUCT = "product"
    CONTACT = "contact"
    """The first one that a deal names."""
    OWNER = "owner"
    """The user of the CRM who is responsible for a deal."""
    ARTICLE = "article"
    """Shipments, returns, or a kind of costs."""


@dataclass(frozen=True, slots=True)
class Share:
    """What the rows of one member of a dimension come to in a month."""

    dimension: Dimension
    key: str
    """Which member; of one source, where its ids are those of a source."""
    name: str
    """Empty where the rows name nobody."""
    on: date
    amount: Decimal
    """For a ratio, what is above the line."""
    divisor: Decimal
    """What is below it; 1 where it is no ratio."""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """Money of a month in another currency, and what it was worth."""

    currency: str
    on: date
    own: Decimal
    worth: Decimal


@dataclass(frozen=True, slots=True)
class Split:
    """The rows of a KPI in some months."""

    shares: tuple[Share, ...]
    exchanged: tuple[Exchanged, ...]
