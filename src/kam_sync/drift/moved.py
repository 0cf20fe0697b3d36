"""Words of why a KPI has moved: the spans that are compared, the causes, the drivers."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from kam_sync.kpi.splits import Dimension


class Against(StrEnum):
    """What the later months are compared with."""

    BEFORE = "before"
    """As many months right before them."""
    YEAR_AGO = "year_ago"
    """The same months of the year before."""


class Part(StrEnum):
    """A cause of a change."""

    CLIENT = "client"
    """What the client did: what remains when all below is taken off."""
    FACTS = "facts"
    """Data that came late or was corrected."""
    DEFINITION = "definition"
    """The KPI is computed in another way."""
    ZONE = "zone"
    """The time zone, and with it the borders of months."""
    ACCOUNT = "account"
    """Other companies belong to the account: it was merged, or split."""
    RATE = "rate"
    """Exchange rates: they moved, or were corrected."""
    SEVERAL = "several"
    """Several of these at once: how much each was is not known."""
    UNKNOWN = "unknown"
    """The reason was not kept."""


class Unsaid(StrEnum):
    """Why something is not split."""

    KIND = "kind"
    """The alert is of a kind that has no before and after."""
    NO_VALUES = "no_values"
    """There is no value of the months in question."""
    NO_BASE = "no_base"
    """There is no value of the months that they would be compared with."""
    NOT_MADE_OF_ROWS = "not_made_of_rows"
    """The KPI is no sum and no ratio of sums, so that nothing of it belongs to anybody."""
    NO_ROWS = "no_rows"
    """There are no rows in these months."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A value of a month that was restated."""

    on: date
    at: datetime
    change: Decimal
    """By how much; from and to no value it is none."""
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody or something that a KPI is made of, and how much of the change it makes."""

    key: str
    name: str
    """Empty for rows that name nobody."""
    change: Decimal
    was: Decimal | None = None
    now: Decimal | None = None
    """None for a ratio, of which nobody has a part before and after."""


@dataclass(frozen=True, slots=True)
class Driver:
    """The change by the members of one dimension; all its parts sum to the whole."""

    dimension: Dimension
    members: tuple[Member, ...]
    """Those who changed most, the largest first."""
    others: Decimal
    """All the others together."""
    other_count: int
    unexplained: Decimal
    """What the rows do not tell of the change of the value."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The change of a ratio by what is above and what is below its line."""

    numerator: Decimal
    denominator: Decimal
    unexplained: Decimal


@dataclass(frozen=True, slots=True)
class Moved:
    """The change of a KPI between two spans of months, by causes and by drivers.

    Values are means of the months that have one.
    """

    kpi: str
    unit: str
    later: tuple[date, ...]
    base: tuple[date, ...]
    was: Decimal
    now: Decimal
    change: Decimal
    parts: dict[Part, Decimal]
    """Sums to the change; those that are nothing are left out, but the client's."""
    terms: Terms | None
    drivers: tuple[Driver, ...]
    """That which tells most stands first."""
    no_drivers: Unsaid | None
    """Why there are none."""
