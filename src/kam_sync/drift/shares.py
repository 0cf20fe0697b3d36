"""Rounds the parts of a whole so that they still sum to it."""

from collections.abc import Hashable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

_PLACES = 2
_UNITS = 10**_PLACES


def settle(parts: Mapping[Key, Fraction]) -> dict[Key, Decimal]:
    """Each part to the hundredth, and together exactly their rounded sum.

    Each is cut off downwards; what is missing to the sum goes to those that lost most by it, so
    that none is a hundredth away from what it is, nor is one made of nothing.
    """
    floors = {key: floor(part * _UNITS) for key, part in parts.items()}
    missing = round(sum(parts.values(), Fraction()) * _UNITS) - sum(floors.values())
    lost = sorted(parts, key=lambda key: floors[key] - parts[key] * _UNITS)
    more = set(lost[:missing])
    return {key: _decimal(units + (key in more)) for key, units in floors.items()}


def rounded(whole: Fraction) -> Decimal:
    """A whole to the hundredth, as `settle` has the sum of its parts."""
    return _decimal(round(whole * _UNITS))


def _decimal(units: int) -> Decimal:
    return Decimal(units).scaleb(-_PLACES)
