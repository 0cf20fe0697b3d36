"""Reads the portfolio as it was last measured, with who looks after it and what is open as of now.

A group counts as one account, that of its head: no child is counted twice, and the responsible user
of the head looks after all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from kam_sync.alerts.store import StakeStore
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.kpi.portfolio import Concentration, Load
from kam_sync.kpi.standing import KamSums, Kept, Placed, Sums, Told, Wanted
from kam_sync.kpi.store import StandingStore


@dataclass(frozen=True, slots=True)
class Kam:
    """A key account manager: the user who is responsible for accounts."""

    key: str
    """The e-mail by which several CRMs know one person, else source and id of the user."""
    name: str | None
    """None for nobody."""
    amount: Decimal
    share: Decimal
    """Percent of what all have bought."""
    load: Load
    health: Decimal | None
    """The mean of those that have a score."""
    poor: int
    alerts: int
    at_risk: Decimal


@dataclass(frozen=True, slots=True)
class Lost:
    """An account that bought in the year before and nothing in this one."""

    account_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Portfolio:
    """All that have bought in twelve whole months, in one currency."""

    kept: Kept | None
    """What it is made of; None before the first measuring."""
    unit: str
    units: Sequence[str]
    """All currencies, that of most accounts first."""
    sums: Sums | None
    """Its figures; None where nobody has bought."""
    at_start: int
    """How many bought in the year before, in any currency."""
    lost: int
    """How many of them bought nothing in this one."""
    alerts: int
    """Open alerts."""
    at_risk: Decimal
    """The money that open alerts put at risk."""

    @property
    def total(self) -> Decimal:
        """What all have bought."""
        return self.sums.total if self.sums else Decimal(0)

    @property
    def concentration(self) -> Concentration | None:
        """How much hangs on how few; None where nobody has bought."""
        return self.sums.concentration if self.sums else None

    @property
    def churn(self) -> Decimal | None:
        """Percent of those who bought in the year before; None where nobody did."""
        return Decimal(100 * self.lost) / self.at_start if self.at_start else None

    @property
    def change(self) -> Decimal | None:
        """Percent by which it is more than in the year before; None where nobody bought then."""
        if self.sums is None or not self.sums.year_before:
            return None
        return 100 * self.sums.total / self.sums.year_before - 100


class Overseer:
    """Looks at the whole portfolio in one currency; in that of most accounts if none is named.

    Raises NotHere for a currency that nobody has bought in.
    """

    def __init__(self, session: Session, unit: str = "") -> None:
        self._session = session
        plain = StandingStore(session)
        self._kept = plain.kept()
        units = self._kept.figures.units if self._kept else []
        self._sums = {one.unit: one for one in units}
        if unit and unit not in self._sums:
            there = ", ".join(self._sums) or "none yet"
            raise NotHere(f"unit {unit}: nobody has bought in it; there are: {there}")
        self.unit = unit or next(iter(self._sums), "")
        found = StakeStore(session).open_by_account()
        tops = plain.tops([key for key, *_ in found]) if found else {}
        told: dict[UUID, Told] = {}
        for key, currency, alerts, at_risk in found:
            top = tops.get(key, key)
            was, counts = told.get(top, Told()), currency == self.unit
            money = was.at_risk + (at_risk if counts else 0)
            told[top] = Told(was.alerts + alerts, money)
        self.store = StandingStore(session, told)

    @cached_property
    def portfolio(self) -> Portfolio:
        """Its figures."""
        told = self.store.told.values()
        return Portfolio(
            self._kept, self.unit, list(self._sums), self._sums.get(self.unit),
            self._kept.figures.at_start if self._kept else 0, self.store.lost_count(),
            sum(one.alerts for one in told), sum((one.at_risk for one in told), Decimal(0)),
        )  # fmt: skip

    def lost(self, limit: int | None = None) -> list[Lost]:
        """Who bought in the year before and nothing in this one, the largest first."""
        return [Lost(key, name) for key, name in self.store.lost(limit)]

    @cached_property
    def kams(self) -> list[Kam]:
        """Who looks after it, those with the most revenue first."""
        total = self._sums[self.unit].total if self.unit else Decimal(1)
        return [_kam(one, total) for one in self.store.kams(self.unit)] if self.unit else []

    def check(self, kam: str) -> None:
        """Raise NotHere for the key of somebody who looks after no account that buys."""
        if kam and all(one.key != kam for one in self.kams):
            raise NotHere(f"kam {kam}: nobody of that name looks after accounts that buy")

    def of(self, wanted: Wanted) -> tuple[list[Placed], int]:
        """Some of its accounts, and how many there are of that kind. Raises NotHere."""
        self.check(wanted.kam)
        if not self.unit:
            return [], 0
        return self.store.placed(wanted, self._sums[self.unit])


def _kam(of: KamSums, total: Decimal) -> Kam:
    return Kam(
        of.key, of.name, of.amount,
        share=100 * of.amount / total,
        load=Load(of.main, of.smaller),
        health=of.health / of.scored if of.health is not None else None,
        poor=of.poor, alerts=of.alerts, at_risk=of.at_risk,
    )  # fmt: skip
