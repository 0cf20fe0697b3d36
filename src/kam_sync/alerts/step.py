"""Step 5: opens, refreshes and resolves alerts after the findings."""

from collections.abc import Iterable
from datetime import datetime

from kam_sync.alerts.lifecycle import decide, facts_of, gravest
from kam_sync.alerts.model import Alert, ChangeKind
from kam_sync.alerts.store import AlertStore, Identity
from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.drift.model import Finding
from kam_sync.drift.store import DriftStore
from kam_sync.kpi.registry import KPIS


def run(session: Session, now: datetime) -> Report:
    """Hold every finding against the open alert of its identity."""
    store = AlertStore(session)
    open_ones = store.open_ones()
    report = Report("alerts").add(opened=0, refreshed=0, resolved=0)
    for identity, findings in _by_identity(DriftStore(session).all()).items():
        alert = open_ones.pop(identity, None)
        finding = gravest(findings, alert, KPIS[identity[1]].good)
        change = decide(alert, finding, KPIS[identity[1]].good)
        if change is not None:
            _carry_out(store, change, alert, finding, now)
            report.add(**{change.value: 1})
    for alert in open_ones.values():  # the account has no such series any more
        store.resolve(alert, now)
        report.add(resolved=1)
    return report


def _by_identity(findings: Iterable[Finding]) -> dict[Identity, list[Finding]]:
    """The findings about one matter: one, or one for each currency."""
    found: dict[Identity, list[Finding]] = {}
    for finding in findings:
        found.setdefault((finding.account_id, finding.kpi, finding.kind), []).append(finding)
    return found


def _carry_out(
    store: AlertStore, change: ChangeKind, alert: Alert | None, finding: Finding, now: datetime
) -> None:
    facts = facts_of(finding, alert)
    if alert is None:
        store.open(finding, facts, now)
    elif change is ChangeKind.RESOLVED:
        store.resolve(alert, now, facts)
    else:
        store.refresh(alert, facts, now)
