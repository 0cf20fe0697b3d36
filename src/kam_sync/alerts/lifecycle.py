"""Says what a finding means for the alert about the same matter."""

from collections.abc import Sequence
from math import inf

from kam_sync.alerts.life import Sign
from kam_sync.alerts.model import Alert, Facts
from kam_sync.drift.model import Finding, Verdict, Why
from kam_sync.drift.rule import Rule
from kam_sync.kpi.definition import Good


def sign(finding: Finding, rule: Rule, good: Good) -> tuple[Sign, float]:
    """What a finding says of the matter, and how bad it is.

    A drift to the other side is as good as none. Where the data cannot say, silence is no recovery.
    """
    badness = _badness(finding, rule, good)
    if badness is None:
        return Sign.UNSURE, 0.0
    if finding.why is Why.NOW_USUAL:
        return Sign.USUAL, badness
    match finding.verdict:
        case Verdict.DRIFT if badness > 0:
            return Sign.BAD, badness
        case Verdict.EASED if badness > 0:
            return Sign.EASED, badness
        case _:
            return Sign.CLEAR, badness


def gravest(findings: Sequence[Finding], alert: Alert | None, rule: Rule, good: Good) -> Finding:
    """Of the findings about one matter in several currencies the one that speaks for it.

    The worst one; but as long as the alert's own currency cannot be judged, a quiet one in another
    is no recovery.
    """

    def grave(finding: Finding) -> tuple[bool, float]:
        seen, badness = sign(finding, rule, good)
        return seen is Sign.BAD, -inf if seen is Sign.UNSURE else badness

    own = [finding for finding in findings if alert is not None and finding.unit == alert.unit]
    worst = max(findings, key=grave)
    is_quiet = sign(worst, rule, good)[0] in {Sign.CLEAR, Sign.USUAL, Sign.UNSURE}
    return own[0] if own and is_quiet else worst


def facts_of(finding: Finding, before: Alert | None = None) -> Facts:
    """The numbers of a finding; a drift that has begun to fade keeps the onset it had."""
    since = finding.since or (before.since if before else None)
    if since is None:
        raise ValueError("a finding without an onset opens no alert")
    numbers = finding.model_dump(include=set(Facts.model_fields) - {"since"})
    return Facts(**numbers, since=since)


def _badness(finding: Finding, rule: Rule, good: Good) -> float | None:
    """How far to the bad side; None where the data cannot say."""
    if finding.verdict is Verdict.UNCLEAR or finding.gap is None:
        return None
    return rule.badness(finding.gap, good)
