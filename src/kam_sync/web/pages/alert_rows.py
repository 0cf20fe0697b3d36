"""Alerts as rows of a list: each with its account, who looks after it and its latest values."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.model import Alert
from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import Session
from kam_sync.drift.model import Kind, Severity
from kam_sync.kpi.definition import Family
from kam_sync.kpi.model import Series
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.store import KpiStore
from kam_sync.web.pages.folding import Told, folded
from kam_sync.web.pages.sparkline import Sparkline, sparkline
from kam_sync.web.sifting import Show, shown_as
from kam_sync.wording import drifts

_TREND = 13
_ROOM = 1.2


@dataclass(frozen=True, slots=True)
class Item:
    """An alert with those that it covers, its account and who looks after it."""

    told: Told
    account_id: UUID
    name: str
    """Of the account."""
    owner: str
    show: Show | None
    severity: Severity
    family: Family

    @property
    def alert(self) -> Alert:
        """The one that tells of all."""
        return self.told.alert


@dataclass(frozen=True, slots=True)
class Drawn:
    """The values of an alert as a line, and what the running period has come to so far."""

    line: Sparkline
    running: tuple[date, float] | None


def open_rows(session: Session) -> list[Item]:
    """All open alerts, those of one account folded below their causes."""
    by_account: dict[UUID, list[Alert]] = defaultdict(list)
    for alert in AlertStore(session).open_ones().values():
        by_account[alert.account_id].append(alert)
    return rows_of(session, (told for group in by_account.values() for told in folded(group)))


def rows_of(session: Session, told: Iterable[Told]) -> list[Item]:
    """Alerts with what belongs to them.

    Without those of KPIs that are no more, and of accounts that were merged into others: they stay
    open until the next measuring.
    """
    known = [(one, one.alert) for one in told if one.alert.kpi in KPIS]
    ids, store = list({alert.account_id for _, alert in known}), AccountStore(session)
    names, owners = store.names(ids), store.owners(ids)
    return [
        Item(
            told=one,
            account_id=alert.account_id,
            name=names[alert.account_id],
            owner=alert.assignee or (owner.name if (owner := owners.get(alert.account_id)) else ""),
            show=shown_as(alert.state),
            severity=alert.severity,
            family=KPIS[alert.kpi].family,
        )
        for one, alert in known
        if alert.account_id in names
    ]


def by_account(rows: Iterable[Item]) -> list[Item]:
    """Those of one account together; first what nobody has answered, the gravest before others."""
    groups: dict[UUID, list[Item]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (*row.told.place, str(row.account_id))):
        groups[row.account_id].append(row)
    return [row for group in groups.values() for row in group]


def at_risk(rows: Iterable[Item]) -> dict[str, Decimal]:
    """Money at risk by currency; of one account the largest alone, for all may mean the same."""
    most: dict[tuple[str, UUID], Decimal] = {}
    for row in rows:
        if row.alert.at_risk:
            key = (row.alert.at_risk_currency, row.account_id)
            most[key] = max(most.get(key, Decimal(0)), row.alert.at_risk)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for (currency, _), amount in most.items():
        sums[currency] += amount
    return dict(sorted(sums.items(), key=lambda one: -one[1]))


def series_of(session: Session, alerts: Sequence[Alert], *, most: int) -> dict[UUID, Series]:
    """The latest values of what alerts are about, by alert."""
    keys = {one.id: (one.account_id, one.kpi, one.unit, one.grain) for one in alerts}
    found = KpiStore(session).latest(list(keys.values()), most=most)
    return {alert_id: found[key] for alert_id, key in keys.items() if key in found}


def lines_of(session: Session, alerts: Sequence[Alert]) -> dict[UUID, Drawn]:
    """The same, drawn with the usual range."""
    found = series_of(session, alerts, most=_TREND)
    return {
        one.id: Drawn(line_of(one, found[one.id].values), found[one.id].running)
        for one in alerts
        if one.id in found and found[one.id].values
    }


def line_of(alert: Alert, values: Sequence[float]) -> Sparkline:
    """Values drawn over the usual range; where that reaches far higher than they do, it is cut.

    That of a silence is one of days, and not of them.
    """
    band = drifts.band(alert) if alert.kind is Kind.LEVEL else None
    top = max(*values, alert.expected, 0.0) * _ROOM
    return sparkline(values, band and (min(band[0], top), min(band[1], top)))
