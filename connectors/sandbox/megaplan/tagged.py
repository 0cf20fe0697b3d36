"""Megaplan's tagged values: links, times, days, amounts."""

from datetime import date, datetime
from typing import Any

from connectors.sandbox.entities import LOST, WON

Shape = dict[str, Any]

_ZONE = "+00:00"
_STAGES = 1_000
"""Won and lost have the same numbers in every pipeline of a world, and own ones in Megaplan."""


def link(kind: str, number: int | str) -> Shape:
    """A reference as it stands in answers."""
    return {"contentType": kind, "id": str(number)}


def moment(at: datetime) -> Shape:
    """A time."""
    return {"contentType": "DateTime", "value": f"{at:%Y-%m-%dT%H:%M:%S}{_ZONE}"}


def day(on: date) -> Shape:
    """A day; January is the month 0."""
    return {"contentType": "DateOnly", "year": on.year, "month": on.month - 1, "day": on.day}


def money(value: float, currency: str) -> Shape:
    """An amount, whole or not."""
    return {
        "contentType": "Money", "currency": currency, "value": value, "valueInMain": value,
        "rate": 1,
    }  # fmt: skip


def is_alone(person: int) -> bool:
    """One person in twenty is a customer of his own, with no company."""
    return person % 20 == 7


def state_number(pipeline: int, stage: int) -> int:
    """The number of a state: of its program alone."""
    return pipeline * _STAGES + stage if stage in {WON, LOST} else stage
