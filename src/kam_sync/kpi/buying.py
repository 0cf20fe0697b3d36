"""How often customers without a contract order, and which of them have stopped: BG/NBD.

Each orders at random, at a rate of its own, and may stop for good after any order. Rates differ
between customers as a gamma distribution (r, alpha), the chance of stopping as a beta distribution
(a, b). Fader, Hardie and Lee, "Counting Your Customers" the Easy Way, Marketing Science 24, 2005.

All times are in one unit, that of the caller, counted from a customer's first order.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, expit, gammaln, hyp2f1

Numbers = Any
"""An array of numpy of floats, one a customer."""


_LIMITS = ((-7, 5), (-7, 9), (-7, 5), (-7, 5))
"""Of the logarithms of r, alpha, a and b. Where all customers are alike, more is more of the same,
and past these hyp2f1 gives no number."""


@dataclass(frozen=True, slots=True)
class History:
    """What is known of customers: arrays of the same length, or a number each for one customer."""

    repeats: Numbers
    """How many orders after the first."""
    last: Numbers
    """When the last of them was; 0 without any."""
    age: Numbers
    """How long ago the first order was."""


@dataclass(frozen=True, slots=True)
class Buying:
    """The four parameters, fitted over all customers."""

    r: float
    alpha: float
    a: float
    b: float

    def alive(self, seen: History) -> Numbers:
        """The probability that a customer has not stopped."""
        return expit(-self._log_odds_of_stopped(seen))

    def expected(self, seen: History, ahead: float) -> Numbers:
        """How many orders a customer will place in the time ahead."""
        r, alpha, b = self.r, self.alpha, self.b
        a = self.a + 1.234567e-7  # a = 1 is 0 / 0 here, and for whole numbers hyp2f1 gives inf
        x, until = seen.repeats, alpha + np.asarray(seen.age, dtype=float)
        share = ahead / (until + ahead)
        series = hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, share)  # by Euler: no overflow
        going_on = (a + b + x - 1) / (a - 1) * (1 - (1 - share) ** (a - 1) * series)
        return going_on * self.alive(seen)

    def log_likelihood(self, seen: History) -> Numbers:
        """Of each customer's history."""
        x = seen.repeats
        rated = gammaln(self.r + x) - gammaln(self.r) + self.r * np.log(self.alpha)
        stayed = betaln(self.a, self.b + x) - betaln(self.a, self.b)
        going_on = rated + stayed - (self.r + x) * np.log(self.alpha + seen.age)
        return going_on + np.logaddexp(0, self._log_odds_of_stopped(seen))

    def _log_odds_of_stopped(self, seen: History) -> Numbers:

        x = np.asarray(seen.repeats, dtype=float)
        quiet = np.log(self.alpha + seen.age) - np.log(self.alpha + seen.last)
        odds = np.log(self.a) - np.log(self.b + np.maximum(x, 1) - 1) + (self.r + x) * quiet
        return np.where(x > 0, odds, -np.inf)  # who has ordered once cannot have stopped yet


def fit(seen: History) -> Buying:
    """The parameters that make the histories of many customers most likely.

    Raises ValueError when there is nothing to fit: nobody has ordered twice.
    """

    if not np.any(seen.repeats > 0):
        raise ValueError("nobody has ordered twice")
    unit = float(np.mean(seen.age))
    rows = np.column_stack((seen.repeats, seen.last / unit, seen.age / unit))
    same, count = np.unique(rows, axis=0, return_counts=True)
    kinds = History(*same.T)

    def cost(logs: Numbers) -> float:
        return -float(count @ Buying(*np.exp(logs)).log_likelihood(kinds) / count.sum())

    found = minimize(
        cost, np.zeros(4), method="L-BFGS-B", bounds=_LIMITS,
        options={"ftol": 1e-12, "gtol": 1e-7, "maxiter": 500},
    )  # fmt: skip
    r, alpha, a, b = (float(value) for value in np.exp(found.x))
    return Buying(r, alpha * unit, a, b)
