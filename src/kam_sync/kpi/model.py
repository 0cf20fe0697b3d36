"""Words of measuring: point, series, restatement, forecast, rate."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field as SQLField
from sqlmodel import SQLModel

from kam_sync.base import fields
from kam_sync.kpi.doubts import Doubted


class Unforeseen(StrEnum):
    """Why nothing can be predicted."""

    FEW_ACCOUNTS = "few_accounts"
    """Too few accounts have ordered again to learn from."""
    SHORT_HISTORY = "short_history"
    """The first order of all is too recent."""
    FEW_ORDERS = "few_orders"
    """The account has ordered too few times."""


class Cause(StrEnum):
    """Why a value was changed after it had been measured."""

    DEFINITION = "definition"
    """The KPI is computed in another way."""
    ZONE = "zone"
    """The time zone, and with it the borders of all periods."""
    RATE = "rate"
    """An exchange rate was corrected."""
    ACCOUNT = "account"
    """The account has got or lost companies; a group also accounts below it."""
    FACTS = "facts"
    """Sources have changed, added or deleted what it is computed from."""


class Point(SQLModel):
    """The value of a KPI for an account in a month (`on` is its first day)."""

    account_id: UUID
    kpi: str
    unit: str
    on: date
    value: Decimal = fields.exact()
    is_partial: bool = False
    """True for the month that has not ended: never compared with whole ones."""
    reported: Decimal | None = fields.exact(default=None)
    """The value as it was first measured after the month's end."""
    changed_at: datetime = fields.moment()
    doubts: list[Doubted] = SQLField(default_factory=list)
    """The inputs by which it may be wrong: they were not all here when it was measured."""


class Restatement(SQLModel):
    """A value of a whole period that was changed after it had been measured."""

    id: int
    account_id: UUID
    of_group: bool
    """Of the account and all below it."""
    grain: str
    kpi: str
    unit: str
    on: date
    """The first day of the period."""
    was: Decimal | None = fields.exact(default=None)
    now: Decimal | None = fields.exact(default=None)
    """None where there is no value any more; `was` where there was none before."""
    at: datetime = fields.moment()
    causes: list[str] = fields.texts()
    """All that had changed of what it is measured by: see Cause; empty where nothing is known."""


class Forecast(SQLModel):
    """What an account will buy in the twelve months from a day, or why that is not said."""

    kpi: str
    unit: str
    made_on: date
    value: Decimal | None = fields.exact(default=None)
    low: Decimal | None = fields.exact(default=None)
    """One in ten accounts like this one buys less."""
    high: Decimal | None = fields.exact(default=None)
    """One in ten accounts like this one buys more."""
    alive: float | None = None
    """The probability that it has not stopped buying."""
    orders: float | None = None
    """How many orders are expected, of different days."""
    why: Unforeseen | None = fields.choice(Unforeseen, default=None)
    """Why there is no value."""


@dataclass(frozen=True, slots=True)
class Series:
    """The whole periods of one KPI of one account, oldest first, and the one that runs."""

    account_id: UUID
    kpi: str
    unit: str
    ons: tuple[date, ...]
    """The first day of each."""
    values: tuple[float, ...]
    running: tuple[date, float] | None = None


class Rate(SQLModel):
    """What one unit of a currency is worth in the base currency from a day on."""

    currency: str = SQLField(primary_key=True, max_length=3)
    on: date = SQLField(primary_key=True)
    rate: Decimal = SQLField(max_digits=30, decimal_places=10)
    source: str
    """Where it is from: a file, a person, the API."""
    changed_at: datetime = fields.moment()
