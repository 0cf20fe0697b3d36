"""Says what a finding means for the alert about the same matter."""

from collections.abc import Sequence
from math import inf

from kam_sync.alerts.life import Sign
from kam_sync.alerts.model import Alert, Facts
from kam_sync.drift.model import Finding, Verdict
from kam_sync.kpi.definition import Good

_QUIET = 2.0
"""Widths: an alert opens outside three and resolves inside two, so that it does not flap."""


def sign(finding: Finding, good: Good) -> tuple[Sign, float]:
    """What a finding says of the matter, and how bad it is.

    A drift to the good side is as good as none. Where the data cannot say, silence is no recovery.
    """
    badness = _badness(finding, good)
    if badness is None:
        return Sign.UNSURE, 0.0
    if finding.verdict is Verdict.DRIFT and badness > 0:
        return Sign.BAD, badness
    return Sign.CLEAR if badness < _QUIET else Sign.EASED, badness


def gravest(findings: Sequence[Finding], alert: Alert | None, good: Good) -> Finding:
    """Of the findings about one matter in several currencies the one that speaks for it.

    The worst one; but as long as the alert's own currency cannot be judged, a quiet one in another
    is no recovery.
    """
    own = [finding for finding in findings if alert is not None and finding.unit == alert.unit]
    worst = max(findings, key=lambda finding: _badness(finding, good) or -inf)
    is_quiet = (_badness(worst, good) or -inf) < _QUIET
    return own[0] if own and is_quiet else worst


def _badness(finding: Finding, good: Good) -> float | None:
    """How many widths to the bad side; None where the data cannot say."""
    if finding.verdict is Verdict.UNCLEAR or finding.gap is None:
        return None
    return -finding.gap if good is Good.UP else finding.gap


def facts_of(finding: Finding, before: Alert | None = None) -> Facts:
    """The numbers of a finding; a drift that has begun to fade keeps the onset it had."""
    since = finding.since or (before.since if before else None)
    if since is None:
        raise ValueError("a finding without an onset opens no alert")
    numbers = finding.model_dump(include={"unit", "observed", "expected", "low", "high", "gap"})
    return Facts(**numbers, since=since)
