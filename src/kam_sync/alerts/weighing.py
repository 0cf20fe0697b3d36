"""How much each open alert matters beside the others: its money, its rank, what it is a part of."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from kam_sync.alerts.causes import covered
from kam_sync.alerts.life import State
from kam_sync.alerts.looking import House, Looked
from kam_sync.alerts.model import Weight
from kam_sync.alerts.ranking import rank
from kam_sync.alerts.stakes import Purse, Risk, Year, Years, at_risk
from kam_sync.base.db import Session
from kam_sync.kpi.definition import Stake
from kam_sync.kpi.rates import BASE, exchanged
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.store import RateStore, two_years

_REVENUE = ("won_revenue", "sell_in")
"""What an account brings: the first of these that it has any of."""
_NOTHING = Risk(Decimal(0), "")


def weigh(
    session: Session, looked: Sequence[Looked], now: datetime, house: House
) -> dict[UUID, Weight]:
    """The weights of all open alerts. A cause is as grave as the gravest that it covers."""
    today = now.astimezone(house.zone).date()
    worth = RateStore(session).newest(today)
    purses = _purses(session, looked, today.replace(day=1))
    risks = {one.id: _risk(one, purses[one.id], house.currency, worth) for one in looked}
    ranks = {one.id: _rank(one, _common(risks[one.id], house, worth)) for one in looked}
    by_rank = sorted(looked, key=lambda one: (-ranks[one.id], str(one.id)))
    causes = covered(one.part for one in by_rank)
    for effect, cause in causes.items():
        ranks[cause] = max(ranks[cause], ranks[effect])
    return {
        one.id: Weight(
            at_risk=None if (risk := risks[one.id]) is None else risk.amount,
            at_risk_currency=(risk or _NOTHING).currency,
            rank=ranks[one.id],
            inhibited_by=causes.get(one.id) or _still(one),
        )
        for one in looked
    }


def _rank(one: Looked, money: Decimal | None) -> float:
    confidence = (one.facts or one.alert).confidence
    return rank(money, one.alert.severity.value, confidence)


def _still(one: Looked) -> UUID | None:
    """Who covered it, as long as it recovers: should it fall back, it is to be told."""
    return one.alert.inhibited_by if one.life.state is State.RECOVERING else None


def _risk(one: Looked, purse: Purse, currency: str, worth: Mapping[str, Decimal]) -> Risk | None:
    """The money at risk, in the currency of the house where its rate is known."""
    risk = at_risk(one.matter, KPIS[kpi], purse) if (kpi := one.alert.kpi) in KPIS else None
    if risk is None or not currency:
        return risk
    amount = exchanged(risk.amount, risk.currency, currency, worth)
    return risk if amount is None else Risk(round(amount, 2), currency)


def _common(risk: Risk | None, house: House, worth: Mapping[str, Decimal]) -> Decimal | None:
    """An amount as it is held against others: without a rate as if it were in their currency."""
    if risk is None:
        return None
    amount = exchanged(risk.amount, risk.currency, house.currency or BASE, worth)
    return risk.amount if amount is None else amount


def _purses(session: Session, looked: Sequence[Looked], running: date) -> dict[UUID, Purse]:
    """What the accounts of alerts bring, by alert."""
    there = {one.alert.kpi for one in looked} & KPIS.keys()
    flows = {kpi for kpi in there if KPIS[kpi].at_stake is Stake.FLOW}
    accounts = {one.alert.account_id for one in looked}
    sums = two_years(session, accounts, {*_REVENUE, *flows}, running)
    years = {
        key: {unit: Year(latest, before) for unit, (latest, before) in found.items()}
        for key, found in sums.items()
    }
    return {
        one.id: Purse(
            _revenue(one.alert.account_id, years),
            years.get((one.alert.account_id, one.alert.kpi), {}),
        )
        for one in looked
    }


def _revenue(account: UUID, years: Mapping[tuple[UUID, str], Years]) -> Years:
    found = (years.get((account, kpi), {}) for kpi in _REVENUE)
    return next((one for one in found if any(year.latest for year in one.values())), {})
