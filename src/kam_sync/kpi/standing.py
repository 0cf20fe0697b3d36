"""Words of the portfolio as it is read: which accounts are wanted, and what is said of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from pydantic import BaseModel

from kam_sync.kpi import portfolio
from kam_sync.kpi.periods import shift
from kam_sync.kpi.portfolio import Concentration, ParetoClass, Standing

COUNTED_BY = ("won_revenue", "sell_in")
"""What the portfolio is counted by: the first of these that anybody has any of."""
_STEPS = 40
"""So many bars there are at most in the curve of all accounts."""


class By(StrEnum):
    """What accounts of the portfolio are sorted by."""

    PLACE = "place"
    AMOUNT = "amount"
    SHARE = "share"
    NAME = "name"
    PARETO = "class"
    KAM = "kam"
    HEALTH = "health"
    ALERTS = "alerts"
    AT_RISK = "risk"


@dataclass(frozen=True, slots=True)
class Told:
    """What is open about an account now."""

    alerts: int = 0
    at_risk: Decimal = Decimal(0)
    """In the currency of the portfolio."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which accounts of the portfolio, in which order; an empty field is all."""

    unit: str
    kam: str = ""
    pareto: str = ""
    band: str = ""
    """One of the bands of health, or "unknown"."""
    source_id: int | None = None
    segment: str = ""
    text: str = ""
    """Part of the name, or the beginning of the INN."""
    by: By = By.PLACE
    descending: bool = False
    after_place: int = 0
    to_place: int = 0
    skip: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """An account of the portfolio: where it stands, and how it is."""

    standing: Standing
    name: str
    kam: str
    """The key of who looks after it."""
    kam_name: str | None
    health: Decimal | None
    alerts: int
    at_risk: Decimal


@dataclass(frozen=True, slots=True)
class KamSums:
    """What is added up of the accounts that one person looks after."""

    key: str
    name: str | None
    amount: Decimal
    main: int
    smaller: int
    health: Decimal | None
    """The sum of the scores there are."""
    scored: int
    poor: int
    alerts: int
    at_risk: Decimal


class Step(BaseModel):
    """Some accounts that stand one after the other on the way from the largest to all."""

    first: int
    last: int
    amount: Decimal
    until: Decimal
    """What they and all larger ones bought."""


class Class(BaseModel):
    """The accounts of a class."""

    pareto: ParetoClass
    accounts: int
    amount: Decimal


class Sums(BaseModel):
    """A currency in figures."""

    unit: str
    total: Decimal
    year_before: Decimal
    """What all together bought in the year before."""
    concentration: Concentration
    classes: list[Class]
    steps: list[Step]


class Figures(BaseModel):
    """What is said of all accounts together."""

    at_start: int = 0
    """How many bought in the year before, in any currency."""
    units: list[Sums] = []
    """That of most accounts first."""


class Kept(BaseModel):
    """What the kept standings are made of."""

    kpi: str
    """What is counted, one of COUNTED_BY: what was shipped where a house has no deals."""
    first: date
    """The first of the twelve months."""
    at: datetime
    figures: Figures = Figures()

    @property
    def last(self) -> date:
        """The last of the twelve months."""
        return shift(self.first, 11)


def sums(unit: str, found: Sequence[Standing], year_before: Iterable[Decimal]) -> Sums | None:
    """A currency in figures; None where nobody has bought in it."""
    concentration = portfolio.concentration(found)
    if concentration is None:
        return None
    classes = [
        Class(pareto=one, accounts=len(of), amount=sum((s.amount for s in of), Decimal(0)))
        for one in ParetoClass
        if (of := [s for s in found if s.pareto is one])
    ]
    before = sum((amount for amount in year_before if amount > 0), Decimal(0))
    return Sums(
        unit=unit, total=found[0].total, year_before=before, concentration=concentration,
        classes=classes, steps=_steps(found),
    )  # fmt: skip


def _steps(found: Sequence[Standing]) -> list[Step]:
    """The way from the largest account to all, in steps of about one size."""
    many = min(len(found), _STEPS)
    cuts = [len(found) * at // many for at in range(many + 1)]
    parts = (found[first:last] for first, last in pairwise(cuts))
    return [
        Step(
            first=part[0].place, last=part[-1].place, until=part[-1].until,
            amount=sum((one.amount for one in part), Decimal(0)),
        )
        for part in parts
    ]  # fmt: skip
