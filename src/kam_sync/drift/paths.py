"""Whether a plan will be missed at the pace so far."""

from kam_sync.drift.model import Judgement, Kind, Verdict, Why
from kam_sync.drift.rule import Rule
from kam_sync.kpi.plans import Standing

_LEAST_SHARE = 0.25
"""In the first quarter of a plan its pace says next to nothing."""
_LEAST_DAYS = 5
_EASED = 0.5
"""An alert ends when half of what is allowed to be missed is missed."""
_STEP = 10.0
"""Ten percent missed count as one."""


def judge(one: Standing, rule: Rule) -> Judgement | None:
    """Judge a plan; None where it is too early, or the pace says nothing."""
    is_early = one.passed < max(_LEAST_SHARE * one.days, _LEAST_DAYS)
    if one.run_rate is None or one.unit is None or is_early:
        return None
    target, pace = float(one.plan.target), float(one.run_rate)
    missed = 100 * (1 - pace / target)
    allowed = 100 - float(rule.below or 100)
    verdict = Verdict.STEADY if missed < _EASED * allowed else Verdict.EASED
    is_off = missed > allowed
    return Judgement(
        kind=Kind.PLAN, verdict=Verdict.DRIFT if is_off else verdict,
        why=Why.OUTSIDE_BAND if is_off else Why.INSIDE_BAND, gap=round(-missed / _STEP, 2),
        observed=round(pace, 2), expected=target, low=target * (1 - allowed / 100), high=target,
        since=one.plan.starts_on if is_off else None, on=one.plan.ends_on,
    )  # fmt: skip
