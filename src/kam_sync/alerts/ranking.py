"""Which alert comes first: money at risk, times how grave it is, times how sure that is."""

from decimal import Decimal

_WEIGHTS = {"low": 0.5, "normal": 1.0, "high": 2.0}
_UNSAID = 0.8
"""How sure an alert counts that does not say it."""
_NO_MONEY = 1.0
"""Of whom nobody can say how much is at risk is ranked behind whoever has more than nothing."""


def rank(money: Decimal | None, severity: str = "normal", confidence: float | None = None) -> float:
    """The larger, the sooner it is looked at.

    Args:
        money: what is at risk, of all alerts in one currency; None where nobody can say.
        severity: low, normal or high.
        confidence: between 0 and 1; None where it is not said.
    """
    sure = _UNSAID if confidence is None else confidence
    return _WEIGHTS[severity] * sure * (_NO_MONEY if money is None else float(money))
