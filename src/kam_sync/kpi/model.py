"""Words of measuring: KPI, point, series."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from sqlmodel import SQLModel

from kam_sync.base import fields


class Measure(StrEnum):
    """What a KPI counts; the unit of a money point is the ISO code of its currency."""

    MONEY = "money"
    DAYS = "days"
    PERCENT = "percent"


class Good(StrEnum):
    """The direction that is good for us."""

    UP = "up"
    DOWN = "down"


class Grain(StrEnum):
    """How long the periods are that a KPI has one value for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Kpi:
    """A named measure of an account, one value a month."""

    key: str
    title: Mapping[str, str]
    """By language."""
    explanation: Mapping[str, str]
    """How it is computed, for the person who reads it, by language."""
    measure: Measure
    good: Good
    formula: str
    """One SQL query that gives (account_id, unit, on, value); see formulas.py for what it reads."""
    inputs: frozenset[str]
    """The tables that it is measured by."""

    @property
    def version(self) -> str:
        """Changes with what is computed; all accounts are measured anew then."""
        said = "\n".join((self.formula, self.measure, *sorted(self.inputs)))
        return sha256(said.encode()).hexdigest()[:16]


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


@dataclass(frozen=True, slots=True)
class Series:
    """The whole-month points of one KPI of one account, oldest first."""

    account_id: UUID
    kpi: str
    unit: str
    months: tuple[date, ...]
    values: tuple[float, ...]
