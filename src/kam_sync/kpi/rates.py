"""By which rates money is converted, and what has none."""

from dataclasses import dataclass
from datetime import date

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
