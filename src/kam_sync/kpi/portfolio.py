"""The portfolio as a whole: who makes most of it, how concentrated it is, who of it has left, and
how much a key account manager has to look after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

MOST_MAIN = 5
"""So many main accounts a person can look after, and as many smaller ones beside."""
MOST_SMALLER = 5
_MOST_OF_IT = 80
_NEARLY_ALL = 95


class ParetoClass(StrEnum):
    """A: the fewest accounts that make 80 %; B: those that then make 95 %; C: the rest."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an account stands among all that have bought."""

    account_id: UUID
    place: int
    """1 is the largest."""
    amount: Decimal
    before: Decimal
    """What all that are larger have bought."""
    total: Decimal
    """What all have bought."""
    pareto: ParetoClass

    @property
    def share(self) -> Decimal:
        """Percent of what all have bought."""
        return 100 * self.amount / self.total

    @property
    def cumulative(self) -> Decimal:
        """Percent of it and all before it."""
        return 100 * self.until / self.total

    @property
    def until(self) -> Decimal:
        """The amount of it and all before it."""
        return self.before + self.amount


class What(StrEnum):
    """What happened to the place of an account in the portfolio."""

    CAME = "came"
    """It buys, and did not in the twelve months before."""
    WENT = "went"
    """Its last purchase is more than twelve months ago."""
    PARETO = "pareto"
    HEALTH = "health"


@dataclass(frozen=True, slots=True)
class Place:
    """What is compared of an account between two measurings."""

    amount: Decimal
    """What it bought, or when it buys no more, had bought."""
    pareto: str | None = None
    """None for who does not buy."""
    band: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """An account came or went, or crossed a border between two classes or bands."""

    what: What
    was: str | None
    became: str | None
    amount: Decimal


def moves(was: Place | None, now: Place | None) -> list[Move]:
    """What happened to an account between two measurings."""
    was, now = was or Place(Decimal(0)), now or Place(Decimal(0))
    if now.pareto is None:
        return [Move(What.WENT, was.pareto, None, was.amount)] if was.pareto else []
    if was.pareto is None:
        return [Move(What.CAME, None, now.pareto, now.amount)]
    pairs = ((What.PARETO, was.pareto, now.pareto), (What.HEALTH, was.band, now.band))
    return [
        Move(what, before, after, now.amount)
        for what, before, after in pairs
        if before and after and before != after
    ]


@dataclass(frozen=True, slots=True)
class Concentration:
    """How much hangs on how few; shares in percent."""

    accounts: int
    makers: int
    """The fewest that make 80 %."""
    top1: Decimal
    top5: Decimal
    hhi: Decimal
    """Sum of the squared shares as parts of one: 1 is a single account, 1 / n are n alike."""

    @property
    def alike(self) -> Decimal:
        """As many accounts of one size would be as concentrated."""
        return 1 / self.hhi


@dataclass(frozen=True, slots=True)
class Load:
    """What a person looks after: accounts of class A, and the smaller ones that buy."""

    main: int
    smaller: int

    @property
    def is_over(self) -> bool:
        """Whether it is more than one person can look after."""
        return self.main > MOST_MAIN or self.smaller > MOST_SMALLER


@dataclass(frozen=True, slots=True)
class Churn:
    """Who bought in the year before and nothing in this one."""

    at_start: int
    lost: tuple[UUID, ...]
    """The largest first."""

    @property
    def percent(self) -> Decimal | None:
        """Lost ÷ at the start; None where nobody bought then."""
        return Decimal(100 * len(self.lost)) / self.at_start if self.at_start else None


def standings(amounts: Mapping[UUID, Decimal]) -> list[Standing]:
    """All who bought for more than nothing, the largest first; equals by their id."""
    bought = [(amount, key) for key, amount in amounts.items() if amount > 0]
    total, before = sum((amount for amount, _ in bought), Decimal(0)), Decimal(0)
    found = []
    for place, (amount, key) in enumerate(sorted(bought, key=lambda b: (-b[0], str(b[1]))), 1):
        pareto = _class_of(100 * before / total)
        found.append(Standing(key, place, amount, before, total, pareto))
        before += amount
    return found


def _class_of(before: Decimal) -> ParetoClass:
    """By what all that are larger make: who makes 80 % full is still of class A."""
    if before < _MOST_OF_IT:
        return ParetoClass.A
    return ParetoClass.B if before < _NEARLY_ALL else ParetoClass.C


def concentration(found: Sequence[Standing]) -> Concentration | None:
    """How concentrated that is; None where nobody has bought."""
    if not found:
        return None
    shares = [one.share for one in found]
    return Concentration(
        accounts=len(found),
        makers=sum(one.pareto is ParetoClass.A for one in found),
        top1=shares[0],
        top5=sum(shares[:5], Decimal(0)),
        hhi=sum(((share / 100) ** 2 for share in shares), Decimal(0)),
    )


def load(found: Sequence[Standing]) -> Load:
    """What somebody looks after whose accounts these are."""
    main = sum(one.pareto is ParetoClass.A for one in found)
    return Load(main, len(found) - main)


def churn(this_year: Mapping[UUID, Decimal], year_before: Mapping[UUID, Decimal]) -> Churn:
    """Who has left of those who bought in the year before, whatever the currency."""
    started = [key for key, amount in year_before.items() if amount > 0]
    lost = [key for key in started if this_year.get(key, 0) <= 0]
    return Churn(len(started), tuple(sorted(lost, key=lambda key: (-year_before[key], str(key)))))
