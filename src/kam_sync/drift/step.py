"""Step 4: judges the series of every account by every rule that is on."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.drift.judging import judged
from kam_sync.drift.model import Kind
from kam_sync.drift.seen import Seen
from kam_sync.drift.store import DriftStore, RuleStore
from kam_sync.kpi.workdays import Workdays

_log = structlog.get_logger("kam_sync.drift")


def run(
    session: Session, now: datetime, zone: ZoneInfo, workdays: Workdays, *, currency: str = ""
) -> Report:
    """Judge all series as of now; nobody is judged by what is not all here.

    Args:
        currency: the one that money is converted to; empty for none.
    """
    seen = Seen(session, now, zone, workdays, currency=currency)
    drifts, rules = DriftStore(session), RuleStore(session).rules()
    verdicts: Counter[str] = Counter(drift=0, steady=0, unclear=0)
    for rule in sorted(rules, key=lambda rule: rule.kind is not Kind.MISSING):  # it says of what
        try:
            with session.begin_nested():
                found = judged(rule, seen, drifts.drifts(rule.key))
                drifts.save(rule.key, found, now)
        except Exception:  # noqa: BLE001 - recorded; what it found before stays, the others go on
            _log.exception("rule failed", rule=rule.key)
            verdicts["failed"] += 1
        else:
            verdicts.update(said.verdict.value for _, said in found)
    drifts.forget_other_rules(rule.key for rule in rules)
    report = Report("drift")
    report.counts.update(verdicts)
    return report
