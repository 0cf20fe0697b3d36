"""How much a customer spends an order: the gamma-gamma model of the mean.

The amounts of a customer's orders vary around a mean of its own, and these means vary between
customers; amounts do not depend on how often somebody orders. Fader and Hardie, The Gamma-Gamma
Model of Monetary Value, 2013.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln

Numbers = Any
"""An array of numpy of floats, one a customer."""


@dataclass(frozen=True, slots=True)
class Spending:
    """The three parameters, fitted over all customers; gamma is in money."""

    p: float
    q: float
    gamma: float

    def expected(self, orders: Numbers, mean: Numbers) -> Numbers:
        """The mean amount of further orders, from how many there were and their mean amount."""
        return self.p * (self.gamma + orders * mean) / (self.p * orders + self.q - 1)

    def log_likelihood(self, orders: Numbers, mean: Numbers) -> Numbers:
        """Of each customer's mean amount; more than 0 orders and money."""
        shape, total = self.p * orders, orders * mean
        return (
            self.q * np.log(self.gamma) + shape * np.log(total) - np.log(mean)
            - betaln(shape, self.q) - (shape + self.q) * np.log(self.gamma + total)
        )  # fmt: skip


def fit(orders: Numbers, mean: Numbers) -> Spending:
    """The parameters that make the mean amounts of many customers most likely.

    Their q is more than 1: the mean of all customers exists. Raises ValueError without any orders.
    """

    if not len(orders):
        raise ValueError("nobody has spent anything")
    unit = float(np.median(mean))

    def cost(logs: Numbers) -> float:
        return -float(np.mean(_of(logs).log_likelihood(orders, mean / unit)))

    found = minimize(
        cost, np.zeros(3), method="L-BFGS-B", bounds=[(-5, 9), (-5, 9), (-7, 9)],
        options={"ftol": 1e-12, "gtol": 1e-7, "maxiter": 500},
    )  # fmt: skip
    best = _of(found.x)
    return Spending(best.p, best.q, best.gamma * unit)


def _of(logs: Numbers) -> Spending:

    p, above, gamma = (float(value) for value in np.exp(logs))
    return Spending(p, 1 + above, gamma)
