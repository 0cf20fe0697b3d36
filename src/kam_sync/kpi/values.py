"""Money, quantities and moments as they leave the house."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from kam_sync.kpi.definition import Measure

Moment = Annotated[
    datetime,
    AfterValidator(lambda moment: moment.astimezone(UTC)),
    Field(examples=["2026-08-31T20:59:59Z"]),
]
_CENT = Decimal("0.01")


class Money(BaseModel):
    """An amount of money, exact."""

    amount: str = Field(examples=["123.45"])
    currency: str = Field(description="ISO 4217.", examples=["RUB"])


class Quantity(BaseModel):
    """A number that is no money."""

    value: str = Field(examples=["12"])
    unit: str = Field(description="days, percent, count or points.", examples=["days"])


Value = Money | Quantity


def money(amount: Decimal | float, currency: str) -> Money:
    """An amount with at least two decimals, and more only where there are more."""
    exact = amount if isinstance(amount, Decimal) else Decimal(str(round(amount, 2)))
    short = exact.quantize(_CENT, ROUND_HALF_UP)
    return Money(amount=f"{short if short == exact else exact.normalize():f}", currency=currency)


def value(number: Decimal | float, measure: Measure, unit: str) -> Value:
    """A value of a KPI: money, or a quantity with its unit."""
    if measure is Measure.MONEY:
        return money(number, unit)
    exact = number if isinstance(number, Decimal) else Decimal(str(round(number, 4)))
    return Quantity(value=f"{exact.normalize() + 0:f}", unit=unit)
