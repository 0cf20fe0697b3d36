"""Takes exchange rates in from a file, or from a person who says one."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

from connectors import rates
from kam_sync.base.errors import WrongUse
from kam_sync.kpi.rates import BASE
from kam_sync.kpi.store import RateStore
from kam_sync.wiring import Services

Tell = Callable[[rates.Wrong], None]

_CODE = re.compile("[A-Z]{3}")
_LEAST = Decimal("1e-10")
_MOST = Decimal("1e15")


def import_rates(
    services: Services, path: Path, tell: Tell, on: date | None = None
) -> tuple[int, int]:
    """Keep the rates of a file that can be read; how many there are, and how many were news.

    Args:
        tell: is told each line that is not taken.
        on: their day, where the file does not say it.
    """
    good = []
    for one in rates.read(path, on):
        if isinstance(one, rates.Wrong):
            tell(one)
        elif one.currency != BASE:
            good.append((one.currency, one.on, one.rate))
    with services.database.transaction() as session:
        return len(good), RateStore(session).save(good, path.name, services.now())


def set_rate(services: Services, currency: str, on: date, rate: Decimal, *, source: str) -> bool:
    """Keep a rate that somebody says; False when it was known. WrongUse when it cannot be one."""
    if not _CODE.fullmatch(currency):
        raise WrongUse(f"currency {currency}: an ISO code is needed, such as USD")
    if currency == BASE:
        raise WrongUse(f"currency {currency}: rates are in {BASE} itself")
    if not (rate.is_finite() and _LEAST <= rate < _MOST):
        raise WrongUse(f"rate {rate}: it must be above 0 and below {_MOST:f}")
    with services.database.transaction() as session:
        return bool(RateStore(session).save([(currency, on, rate)], source, services.now()))
