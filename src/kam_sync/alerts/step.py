"""Step 5: opens, refreshes and resolves alerts after the findings."""

from datetime import datetime

from kam_sync.alerts.lifecycle import decide, facts_of
from kam_sync.alerts.model import Alert, ChangeKind
from kam_sync.alerts.store import AlertStore, Identity
from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.drift.model import Finding
from kam_sync.drift.store import DriftStore
from kam_sync.kpi.formulas import KPIS


def run(session: Session, now: datetime) -> Report:
    """Hold every finding against the open alert of its identity."""
    store = AlertStore(session)
    open_ones = store.open_ones()
    report = Report("alerts").add(opened=0, refreshed=0, resolved=0)
    for identity, finding in _gravest(DriftStore(session).all()).items():
        alert = open_ones.pop(identity, None)
        change = decide(alert, finding, KPIS[finding.kpi].good)
        if change is not None:
            _carry_out(store, change, alert, finding, now)
            report.add(**{change.value: 1})
    return report.add(kept=len(open_ones))


def _gravest(findings: list[Finding]) -> dict[Identity, Finding]:
    """One finding per identity: of several units (currencies) the one that moved furthest."""
    ordered = sorted(findings, key=lambda finding: abs(finding.gap or 0.0))
    return {(finding.account_id, finding.kpi, finding.kind): finding for finding in ordered}


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
