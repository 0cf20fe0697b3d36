"""The whole portfolio on one sheet: what people who lead key account managers look at.

A group counts as one account, that of its head: no child is counted twice, and the responsible user
of the head looks after all of it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from kam_sync.accounts.model import Account, User
from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.kpi import portfolio
from kam_sync.kpi.health import Band, band
from kam_sync.kpi.periods import periods_until
from kam_sync.kpi.portfolio import Churn, Concentration, Load, Standing
from kam_sync.kpi.store import PortfolioStore

NOBODY = "nobody"
"""Who looks after accounts that nobody is responsible for."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An account of the portfolio: where it stands, and how it is."""

    standing: Standing
    account: Account
    kam: str
    """The key of who looks after it."""
    health: Decimal | None
    alerts: int


@dataclass(frozen=True, slots=True)
class Kam:
    """A key account manager: the user who is responsible for accounts."""

    key: str
    """The e-mail by which several CRMs know one person, else source and id of the user."""
    name: str | None
    """None for nobody."""
    share: Decimal
    """Percent of what all have bought."""
    load: Load
    health: Decimal | None
    """The mean of those that have a score."""
    poor: int
    alerts: int


@dataclass(frozen=True, slots=True)
class Portfolio:
    """All that have bought in twelve whole months, in one currency."""

    kpi: str
    """What is counted: won_revenue, or sell_in in a house that has no deals."""
    first: date
    """The first of the twelve months."""
    last: date
    """The last of them."""
    unit: str
    units: Sequence[str]
    """All currencies, that of most accounts first."""
    total: Decimal
    rows: Sequence[Placed]
    concentration: Concentration | None
    kams: Sequence[Kam]
    churn: Churn
    """In any currency."""
    lost: Sequence[Account]

    def of(self, kam: str) -> list[Placed]:
        """The accounts that somebody looks after; all where none is named. Raises NotHere."""
        if kam and all(one.key != kam for one in self.kams):
            raise NotHere(f"kam {kam}: nobody of that name looks after accounts that buy")
        return [row for row in self.rows if kam in {"", row.kam}]


def read(session: Session, now: datetime, zone: ZoneInfo, unit: str = "") -> Portfolio:
    """The portfolio as of a moment, in one currency; in that of most accounts if none is named.

    Raises NotHere for a currency that nobody has bought in.
    """
    store, accounts = PortfolioStore(session), AccountStore(session)
    months = [period.on for period in periods_until(now, zone, count=24)]
    first, middle, before, running = months[0], months[12], months[23], months[24]
    tops = store.tops()
    kpi, bought = store.bought(tops, (first, middle, running))
    units = _by_many({key: one.this_year for key, one in bought.items()})
    if unit and unit not in units:
        raise NotHere(f"unit {unit}: nobody has bought in it; there are: {', '.join(units)}")
    unit = unit or (units[0] if units else "")
    found = portfolio.standings(bought[unit].this_year) if unit else []
    churn = portfolio.churn(
        _any(one.this_year for one in bought.values()),
        _any(one.year_before for one in bought.values()),
    )
    ids = [one.account_id for one in found]
    there, owners = accounts.by_ids([*ids, *churn.lost]), accounts.owners(ids)
    scores = store.health(running, before)
    alerts = Counter(
        tops.get(a.account_id, a.account_id) for a in AlertStore(session).open_ones().values()
    )
    rows = [
        Placed(
            one, there[one.account_id], _key(owners.get(one.account_id)),
            scores.get(one.account_id), alerts[one.account_id],
        )
        for one in found
        if one.account_id in there
    ]  # fmt: skip
    names = {_key(user): user.name for user in owners.values()}
    return Portfolio(
        kpi, middle, before, unit, units, sum((one.amount for one in found), Decimal(0)), rows,
        portfolio.concentration(found), _kams(rows, names), churn,
        [there[key] for key in churn.lost if key in there],
    )  # fmt: skip


def _by_many(amounts: Mapping[str, Mapping[UUID, Decimal]]) -> list[str]:
    many = {unit: sum(value > 0 for value in of.values()) for unit, of in amounts.items()}
    return sorted((unit for unit, count in many.items() if count), key=lambda u: (-many[u], u))


def _any(amounts: Iterable[Mapping[UUID, Decimal]]) -> dict[UUID, Decimal]:
    """Whether somebody bought at all is asked over currencies; these sums say no more than that."""
    found: dict[UUID, Decimal] = defaultdict(Decimal)
    for of_unit in amounts:
        for key, amount in of_unit.items():
            found[key] += max(amount, Decimal(0))
    return found


def _key(user: User | None) -> str:
    if user is None:
        return NOBODY
    return user.email.lower() if user.email else f"{user.source_id}/{user.external_id}"


def _kams(rows: Sequence[Placed], names: Mapping[str, str]) -> list[Kam]:
    """Those with the most revenue first."""
    by_kam: dict[str, list[Placed]] = defaultdict(list)
    for row in rows:
        by_kam[row.kam].append(row)
    found = [_kam(key, names.get(key), of) for key, of in by_kam.items()]
    return sorted(found, key=lambda kam: (-kam.share, kam.key))


def _kam(key: str, name: str | None, rows: Sequence[Placed]) -> Kam:
    scores = [row.health for row in rows if row.health is not None]
    return Kam(
        key, name,
        share=sum((row.standing.share for row in rows), Decimal(0)),
        load=portfolio.load([row.standing for row in rows]),
        health=sum(scores, Decimal(0)) / len(scores) if scores else None,
        poor=sum(band(score) is Band.POOR for score in scores),
        alerts=sum(row.alerts for row in rows),
    )  # fmt: skip
