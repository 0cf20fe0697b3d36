"""Decides what a finding means for the alert about the same matter."""

from kam_sync.alerts.model import Alert, ChangeKind, Facts
from kam_sync.drift.model import Finding, Verdict
from kam_sync.kpi.model import Good

_QUIET = 2.0
"""Widths: an alert opens outside three and resolves inside two, so that it does not flap."""


def decide(alert: Alert | None, finding: Finding, good: Good) -> ChangeKind | None:
    """What happens to the open alert of this identity (None: there is none).

    A drift to the good side opens nothing. Where the data cannot say, an open alert stays as it is:
    silence is no recovery.
    """
    if finding.verdict is Verdict.UNCLEAR or finding.gap is None:
        return None
    badness = -finding.gap if good is Good.UP else finding.gap
    if alert is None:
        is_bad = finding.verdict is Verdict.DRIFT and badness > 0
        return ChangeKind.OPENED if is_bad else None
    if badness < _QUIET:
        return ChangeKind.RESOLVED
    is_news = facts_of(finding, alert) != Facts(**alert.model_dump(include=set(Facts.model_fields)))
    return ChangeKind.REFRESHED if is_news else None


def facts_of(finding: Finding, before: Alert | None = None) -> Facts:
    """The numbers of a finding; a drift that has begun to fade keeps the onset it had."""
    since = finding.since or (before.since if before else None)
    if since is None:
        raise ValueError("a finding without an onset opens no alert")
    numbers = finding.model_dump(include={"unit", "observed", "expected", "low", "high", "gap"})
    return Facts(**numbers, since=since)
