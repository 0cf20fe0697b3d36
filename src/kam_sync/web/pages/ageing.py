"""What an account owes by how late it is, as its key figures say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kam_sync.kpi.model import Point

BUCKETS = (
    "receivables_current", "overdue_1_30", "overdue_31_60", "overdue_61_90", "overdue_over_90",
)  # fmt: skip
_WHOLE = "receivables"


@dataclass(frozen=True, slots=True)
class Bucket:
    """One part of what is owed."""

    kpi: str
    amount: Decimal
    share: Decimal
    """In percent of the largest part."""


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is owed in one currency."""

    unit: str
    on: date
    whole: Decimal
    buckets: tuple[Bucket, ...]
    """Empty where a balance was counted and no invoices are known."""


def ageings(points: Sequence[Point]) -> list[Ageing]:
    """The newest of each currency in which something is owed."""
    newest = {(one.kpi, one.unit): one for one in sorted(points, key=lambda one: one.on)}
    wholes = [one for (kpi, _), one in newest.items() if kpi == _WHOLE and one.value]
    return [
        Ageing(one.unit, one.on, one.value, _buckets(newest, one))
        for one in sorted(wholes, key=lambda one: one.unit)
    ]


def _buckets(newest: dict[tuple[str, str], Point], whole: Point) -> tuple[Bucket, ...]:
    found = [(kpi, newest.get((kpi, whole.unit))) for kpi in BUCKETS]
    known = [(kpi, one.value) for kpi, one in found if one is not None and one.on == whole.on]
    most = max((abs(amount) for _, amount in known), default=Decimal(0)) or Decimal(1)
    return tuple(Bucket(kpi, amount, 100 * max(amount, Decimal(0)) / most) for kpi, amount in known)
