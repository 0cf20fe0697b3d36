"""Where a value of a KPI comes from: the rows that make it, or those that its definition reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from kam_sync.kpi.definition import Kpi


class Unlisted(StrEnum):
    """Why it is not said which rows make a value: only which are read."""

    DEFINITION = "definition"
    """Which rows count, and how, is said by the definition alone."""
    PREDICTED = "predicted"
    """It is predicted from the rows by what was learned from all accounts."""
    EVERYONE = "everyone"
    """It is compared with all accounts, whose rows are not listed."""
    KPIS = "kpis"
    """It is made of other KPIs."""


@dataclass(frozen=True, slots=True)
class Record:
    """Which record a row is; of a row that is made of several, only a name."""

    noun: str | None
    source_id: int | None
    external_id: str | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A row that makes a value, and how much of it."""

    record: Record
    day: date | None
    """The day that places it in the period, and by whose rate its money is converted."""
    amount: Decimal | None
    """What it adds; for a ratio, above the line. In its own currency."""
    divisor: Decimal | None
    """For a ratio, what it adds below the line."""
    currency: str | None
    rate: Decimal | None
    """What its amount was multiplied by; None where it was not converted."""
    worth: Decimal | None
    """What it adds in the unit of the value."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What all rows of one kind come to."""

    noun: str
    count: int
    worth: Decimal
    below: Decimal


@dataclass(frozen=True, slots=True)
class Input:
    """A row that a definition reads."""

    table: str
    record: Record
    day: date
    amount: Decimal | None
    currency: str | None
    is_within: bool
    """Its day lies in the period; else before it."""


@dataclass(frozen=True, slots=True)
class Read:
    """How much a definition reads of an open table."""

    table: str
    within: int
    before: int


@dataclass(frozen=True, slots=True)
class Total:
    """What the rows come to, beside the value that was measured."""

    above: Decimal
    below: Decimal
    scale: int
    """0 for a sum; for a ratio, so many times above by below."""

    @property
    def value(self) -> Decimal | None:
        """The value that they make; None where nothing stands below the line."""
        if not self.scale:
            return self.above
        return self.above * self.scale / self.below if self.below else None

    def makes(self, value: Decimal | None) -> bool:
        """Whether that is the value, as far as values are kept."""
        own = self.value
        if own is None or value is None:
            return own is None and value is None
        return abs(own - value) < _NEAR


_NEAR = Decimal("0.001")


def total(sums: Sequence[Sum], scale: int) -> Total:
    """What rows of all kinds come to."""
    above = sum((one.worth for one in sums), Decimal())
    return Total(above, sum((one.below for one in sums), Decimal()), scale)


def unlisted(kpi: Kpi, tables: Sequence[str]) -> Unlisted:
    """Why the rows that make the values of a KPI are not known."""
    if kpi.function is not None:
        return Unlisted.PREDICTED
    if "everyone" in tables:
        return Unlisted.EVERYONE
    return Unlisted.KPIS if kpi.after and set(tables) <= {"points"} else Unlisted.DEFINITION
