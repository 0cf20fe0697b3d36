"""Step 5: opens, refreshes and resolves alerts after the findings."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from kam_sync.alerts.life import Patience, Sign, ended, look
from kam_sync.alerts.lifecycle import facts_of, gravest, sign
from kam_sync.alerts.store import AlertStore, Identity
from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.drift.model import Finding
from kam_sync.drift.store import DriftStore
from kam_sync.kpi.registry import KPIS

PATIENCE = Patience()
"""Months are slow: what is bad in whole ones needs no waiting, and neither does what is well."""


def run(session: Session, now: datetime) -> Report:
    """Hold every finding against the alert of its identity."""
    store = AlertStore(session)
    standing = store.standing()
    report = Report("alerts").add(opened=0, refreshed=0, resolved=0)
    for identity, findings in _by_identity(DriftStore(session).all()).items():
        alert, good = standing.pop(identity, None), KPIS[identity[1]].good
        finding = gravest(findings, alert, good)
        seen, badness = sign(finding, good)
        life, turns = look(alert.life if alert else None, seen, badness, now, PATIENCE)
        if life is not None and life.is_open and (alert is None or not alert.life.is_open):
            alert = store.begin(finding, facts_of(finding), life, now)
        if alert is not None and life is not None:
            facts = None if seen is Sign.UNSURE or not life.is_open else facts_of(finding, alert)
            turned = store.turn(alert, (life, turns), now, facts=facts)
            report.add(**Counter(kind.value for kind in turned))
    for alert in standing.values():  # the account has no such series any more
        if alert.life.is_open:
            store.turn(alert, ended(alert.life, now), now)
            report.add(resolved=1)
    return report


def _by_identity(findings: Iterable[Finding]) -> dict[Identity, list[Finding]]:
    """The findings about one matter: one, or one for each currency."""
    found: dict[Identity, list[Finding]] = {}
    for finding in findings:
        found.setdefault((finding.account_id, finding.kpi, finding.kind), []).append(finding)
    return found
