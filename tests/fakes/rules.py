"""The rule that comes with a KPI, watched or not."""

from kam_sync.drift.model import Severity
from kam_sync.drift.rule import Rule
from kam_sync.kpi.registry import KPIS


def rule_of(kpi: str, severity: Severity = Severity.NORMAL) -> Rule:
    """A rule about its level, by its key."""
    return Rule(key=kpi, title=KPIS[kpi].title, kpi=kpi, severity=severity)
