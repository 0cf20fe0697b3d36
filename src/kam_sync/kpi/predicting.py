"""Predicts what accounts without a contract will buy in the next twelve months.

How often each will order is said by BG/NBD (buying.py), how much an order comes to by gamma-gamma
(spending.py). Three things are added, chosen once and not fitted:

- All orders of a day are one, for a company that orders in three parts orders once.
- A year is too short to see that customers leave: the fitted share of orders that are lost to
  that is held against a usual one, which weighs as much as a year of history.
- Up to half of the value is that of the last year, for large accounts are steadier than the model
  holds them to be: the less, the more of the customers stop.

What that gives is measured by benchmarks/value_quality.py.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any, NamedTuple

import numpy as np

from kam_sync.kpi import buying, spending
from kam_sync.kpi.buying import Buying, History
from kam_sync.kpi.model import Unforeseen
from kam_sync.kpi.spending import Spending

YEAR = 365.0
LEAST_ACCOUNTS = 50
"""As many have to have ordered again, or there is nothing to learn from."""
LEAST_AGE = 182
"""As many days ago the first of all orders has to be."""
LEAST_ORDERS = 2
"""As many orders an account has to have, or its value is that of any new customer."""
_USUALLY_COME = 0.75
"""Of the orders that a base of customers would place in a year, were nobody to leave."""
_DRAWS = 400
_SHARE_BELOW, _SHARE_ABOVE = 0.1, 0.9


class Orders(NamedTuple):
    """What an account has ordered in one currency; days count from its first order."""

    repeats: int
    """On how many further days it has ordered."""
    last: int
    """The day of the last of them; 0 without any."""
    age: int
    """How many days ago the first order was."""
    total: float
    """What all orders came to, the first among them; more than 0."""
    last_year: float
    """What the orders of the last 365 days came to."""


class Predicted(NamedTuple):
    """What an account will buy in the next twelve months; money in the currency of its orders."""

    value: float
    low: float
    """One in ten accounts like this one buys less."""
    high: float
    """One in ten accounts like this one buys more."""
    alive: float
    """The probability that it has not stopped buying."""
    orders: float
    """How many orders are expected, of different days."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What is learned from all accounts, in days and in money of one currency."""

    buying: Buying
    spending: Spending
    coming: float
    """Which share of the orders of a year comes, the rest being lost with those who stop."""
    fall: float
    """What all is multiplied by, for more leave than a short history shows."""

    def numbers(self) -> list[float]:
        """All of it, as `of_numbers` takes it."""
        return [*astuple(self.buying), *astuple(self.spending), self.coming, self.fall]

    @classmethod
    def of_numbers(cls, said: Sequence[float]) -> "Fit":
        """The nine numbers r, alpha, a, b, p, q, gamma, coming, fall."""
        return cls(Buying(*said[:4]), Spending(*said[4:7]), *said[7:])


def fit(accounts: Sequence[Orders]) -> Fit | Unforeseen:
    """Learn from all accounts of one currency how they buy, or say why that cannot be."""
    if sum(one.repeats > 0 for one in accounts) < LEAST_ACCOUNTS:
        return Unforeseen.FEW_ACCOUNTS
    if max(one.age for one in accounts) < LEAST_AGE:
        return Unforeseen.SHORT_HISTORY
    repeats, last, age, total, _ = np.array(accounts, dtype=float).T
    seen = History(repeats, last, age)
    how_often = buying.fit(seen)
    how_much = spending.fit(repeats + 1, total / (repeats + 1))
    promised = (how_often.r + repeats) / (how_often.alpha + age) * YEAR
    coming = max(float(how_often.expected(seen, YEAR).sum() / promised.sum()), 1e-9)
    years = float(age.max()) / YEAR
    believed = (coming**years * _USUALLY_COME) ** (1 / (years + 1))
    return Fit(how_often, how_much, coming, min(1.0, believed / coming))


def values(fitted: Fit, accounts: Sequence[Orders]) -> Any:
    """The expected value of each account, however few its orders: an array of floats."""
    return _values(fitted, accounts)[0]


def forecasts(fitted: Fit, accounts: Sequence[Orders]) -> list[Predicted | Unforeseen]:
    """What each account will buy, or why that cannot be said; each by itself."""
    found: list[Predicted | Unforeseen] = []
    enough = [one for one in accounts if one.repeats + 1 >= LEAST_ORDERS]
    said = iter(zip(*_values(fitted, enough), strict=True)) if enough else iter(())
    for one in accounts:
        if one.repeats + 1 < LEAST_ORDERS:
            found.append(Unforeseen.FEW_ORDERS)
            continue
        value, modelled, orders, alive = (float(number) for number in next(said))
        low, high = _interval(fitted, one, alive)
        scale = value / modelled if modelled else 0.0
        found.append(
            Predicted(value, min(low * scale, value), max(high * scale, value), alive, orders)
        )
    return found


def _values(fitted: Fit, accounts: Sequence[Orders]) -> tuple[Any, Any, Any, Any]:
    """Of each account its value, that of the model alone, the orders expected, alive or not."""
    repeats, last, age, total, last_year = np.array(accounts, dtype=float).T
    seen = History(repeats, last, age)
    orders = fitted.buying.expected(seen, YEAR)
    modelled = orders * fitted.spending.expected(repeats + 1, total / (repeats + 1))
    by_last_year = fitted.coming / 2
    value = fitted.fall * ((1 - by_last_year) * modelled + by_last_year * last_year)
    return value, modelled, orders, fitted.buying.alive(seen)


def _interval(fitted: Fit, one: Orders, alive: float) -> tuple[float, float]:
    """Between what four of five accounts like this one buy, by drawing some; always the same."""
    draw = np.random.default_rng(1)
    often, much = fitted.buying, fitted.spending
    rate = draw.gamma(often.r + one.repeats, 1 / (often.alpha + one.age), _DRAWS)
    stops = draw.beta(often.a, often.b + one.repeats, _DRAWS)
    before_stopping = draw.geometric(np.clip(stops, 1e-9, 1))
    orders = np.minimum(draw.poisson(rate * YEAR), before_stopping)
    orders *= draw.random(_DRAWS) < alive
    shape = much.q + much.p * (one.repeats + 1)
    scale = draw.gamma(shape, 1 / (much.gamma + one.total), _DRAWS)
    spent = draw.standard_gamma(much.p * orders) / scale
    low, high = np.quantile(spent, (_SHARE_BELOW, _SHARE_ABOVE))
    return float(low), float(high)
