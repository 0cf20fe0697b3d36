"""Step 5: opens, refreshes and resolves alerts after the findings."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from kam_sync.alerts.life import Patience, Sign, State, ended, look
from kam_sync.alerts.lifecycle import facts_of, gravest, sign
from kam_sync.alerts.looking import House, Looked
from kam_sync.alerts.model import NEWS, ChangeKind, IncidentKind
from kam_sync.alerts.store import AlertStore, Identity, IncidentStore
from kam_sync.alerts.weighing import weigh
from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.drift.model import Finding, Kind, Why
from kam_sync.drift.rule import Rule
from kam_sync.drift.store import DriftStore, RuleStore
from kam_sync.kpi.registry import KPIS

PATIENCE = Patience()
"""Whole periods are slow: what is bad in them needs no waiting, and neither does what is well."""


def run(session: Session, now: datetime, house: House) -> Report:
    """Hold every finding against the alert of its identity, and each open alert against others."""
    store, rules = AlertStore(session), RuleStore(session).all()
    findings = DriftStore(session).all()
    looked = _look(store, rules, findings, now)
    weights = weigh(session, [one for one in looked if one.life.is_open], now, house)
    report = Report("alerts").add(opened=0, refreshed=0, resolved=0)
    for one in looked:
        was_covered = one.alert.inhibited_by is not None
        if one.id in weights:
            store.weigh(one.alert, weights[one.id])
        turned = store.turn(one.alert, (one.life, one.turns), now, facts=one.facts)
        is_bare = was_covered and one.alert.inhibited_by is None and not NEWS & set(turned)
        if is_bare and one.life.state is State.FIRING:
            store.write(one.alert, ChangeKind.UNCOVERED, now)
            turned.append(ChangeKind.UNCOVERED)
        for kind in turned:
            report.add(**{kind.value: 1})
    _tell_of_silent_sources(session, rules.values(), findings, now)
    return report


def _look(
    store: AlertStore, rules: Mapping[str, Rule], findings: Iterable[Finding], now: datetime
) -> Collection[Looked]:
    """What one look does to all alerts; new ones are begun, all else is yet to be kept."""
    standing, looked = store.standing(), list[Looked]()
    known = (one for one in findings if one.rule in rules)  # of others the alerts end below
    for identity, found in _by_identity(known).items():
        alert, rule = standing.pop(identity, None), rules[identity[1]]
        good = KPIS[rule.kpi].good
        finding = gravest(found, alert, rule, good)
        seen, badness = sign(finding, rule, good)
        life, turns = look(alert.life if alert else None, seen, badness, now, PATIENCE)
        if life is not None and life.is_open and (alert is None or not alert.life.is_open):
            alert = store.begin(finding, rule, life, now)
        if alert is not None and life is not None:
            store.grade(alert, rule.severity)
            is_said = alert.life.is_open and seen is not Sign.UNSURE
            facts = facts_of(finding, alert) if is_said else None
            looked.append(Looked(alert, life, turns, facts))
    for alert in standing.values():  # the account has no such series any more, or the rule is off
        if alert.life.is_open:
            looked.append(Looked(alert, *ended(alert.life, now)))
    return looked


def _tell_of_silent_sources(
    session: Session, rules: Iterable[Rule], findings: Iterable[Finding], now: datetime
) -> None:
    """One incident where rows come no more for so many accounts that it is nobody's client."""
    suspect = Counter(
        one.rule for one in findings
        if one.kind is Kind.MISSING and one.why is Why.DATA_SUSPECT and one.on is not None
    )  # fmt: skip
    store = IncidentStore(session)
    for rule in rules:
        if rule.kind is not Kind.MISSING:
            continue
        subject = f"rule:{rule.key}"
        if count := suspect[rule.key]:
            facts = {"accounts": count, "kpi": rule.kpi}
            store.open(IncidentKind.ROWS_MISSING, subject, facts, now)
        else:
            store.resolve(IncidentKind.ROWS_MISSING, subject, now)


def _by_identity(findings: Iterable[Finding]) -> dict[Identity, list[Finding]]:
    """The findings about one matter: one, or one for each currency."""
    found: dict[Identity, list[Finding]] = {}
    for finding in findings:
        found.setdefault((finding.account_id, finding.rule), []).append(finding)
    return found
