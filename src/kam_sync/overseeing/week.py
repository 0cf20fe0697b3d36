"""What happened to the portfolio in a few days, the weightiest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from kam_sync.accounts.store import AccountStore, ClosingStore
from kam_sync.alerts.model import Alert
from kam_sync.alerts.store import StakeStore
from kam_sync.base.db import Session
from kam_sync.kpi.store import StandingStore

_MOST = 6
"""So many of each kind are looked at."""
_AHEAD = timedelta(days=30)


class Kind(StrEnum):
    """What can happen."""

    OPENED = "opened"
    OVER = "over"
    WON = "won"
    LOST = "lost"
    CAME = "came"
    WENT = "went"
    PARETO = "pareto"
    HEALTH = "health"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened about an account."""

    kind: Kind
    account_id: UUID
    account: str
    amount: Decimal | None = None
    """The money it is about: of the deal, at risk, or of twelve months."""
    was: str = ""
    became: str = ""
    alert: Alert | None = None
    deal: str = ""
    ends_on: date | None = None


_WEIGHTS = {
    Kind.OPENED: Decimal(1), Kind.WENT: Decimal(1), Kind.WON: Decimal(1), Kind.LOST: Decimal(1),
    Kind.OVER: Decimal("0.5"), Kind.CAME: Decimal("0.5"), Kind.HEALTH: Decimal("0.3"),
    Kind.PARETO: Decimal("0.1"),
}  # fmt: skip
"""Which part of the money counts: all of what is won, lost or at risk; less of what may be."""


def happened(
    session: Session, unit: str, now: datetime, zone: ZoneInfo, *, days: int
) -> list[Event]:
    """What happened in so many days, and the contracts that end in the next thirty."""
    since, today = now - timedelta(days=days), now.astimezone(zone).date()
    closing, stakes = ClosingStore(session), StakeStore(session)
    opened, over = stakes.opened(since, _MOST), stakes.over(since, _MOST)
    ids = [alert.account_id for alert in (*opened, *over)]
    names = {key: found.name for key, found in AccountStore(session).by_ids(ids).items()}
    found = [
        *_of_alerts(Kind.OPENED, opened, names, unit),
        *_of_alerts(Kind.OVER, over, names, unit),
        *(
            Event(
                Kind.WON if deal.is_won else Kind.LOST, deal.account_id, deal.account, deal.amount,
                deal=deal.name,
            )
            for deal in closing.closed(since, now, unit, _MOST)
        ),
        *(
            Event(
                Kind(move.what.value), key, name, move.amount, move.was or "", move.became or ""
            )
            for key, name, move in StandingStore(session).moves(unit, since, 3 * _MOST)
        ),
    ]  # fmt: skip
    ends = [
        Event(Kind.ENDS, one.account_id, one.account, ends_on=one.ends_on)
        for one in closing.ending(today, today + _AHEAD, _MOST)
    ]
    return [*sorted(found, key=_weight, reverse=True), *ends]


def _of_alerts(
    kind: Kind, alerts: Sequence[Alert], names: dict[UUID, str], unit: str
) -> Iterator[Event]:
    gravest = {alert.account_id: alert for alert in reversed(alerts)}  # one of each account
    for alert in gravest.values():
        if alert.account_id in names:
            amount = alert.at_risk if alert.at_risk_currency == unit else None
            yield Event(kind, alert.account_id, names[alert.account_id], amount, alert=alert)


def _weight(event: Event) -> Decimal:
    return (event.amount or Decimal(0)) * _WEIGHTS[event.kind]
