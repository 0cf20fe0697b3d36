"""By which rates money is converted, and what has none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

BASE = "RUB"
"""The currency that all rates are kept in, as the Bank of Russia publishes them."""
LASTS_DAYS = 10
"""So many days a rate holds where there is no newer one: weekends and long holidays have none."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Money that stays in its own currency, for no rate of its day is known."""

    currency: str
    rows: int
    first_on: date
    last_on: date


def exchanged(
    amount: Decimal, currency: str, to: str, worth: Mapping[str, Decimal]
) -> Decimal | None:
    """An amount in another currency; None where a rate is missing.

    Args:
        worth: what one unit of a currency is worth in the base currency.
    """
    if currency == to:
        return amount
    rates = {**worth, BASE: Decimal(1)}
    if currency not in rates or to not in rates:
        return None
    return amount * rates[currency] / rates[to]
