"""Whether the newest value of a KPI is past a limit that somebody set, or near a chance."""

from collections.abc import Sequence
from datetime import date

from kam_sync.drift.model import Judgement, Verdict, Why
from kam_sync.drift.rule import Rule
from kam_sync.kpi.model import Series
from kam_sync.kpi.periods import later

_EASED = 0.1
"""An alert ends when the value is back by a tenth of the limit, so that it does not flap."""


def judge(one: Series, rule: Rule, newest: date) -> Judgement | None:
    """Judge what runs, where it has a value, or else the newest whole period (`newest`).

    None where neither has one: the debt is paid, the contract has no end any more.
    """
    values = [*zip(one.ons, one.values, strict=True)]
    if one.running is not None:
        values.append(one.running)
    if not values or values[-1][0] < newest:
        return None
    on, observed = values[-1]
    limit = float(rule.above if rule.above is not None else rule.below or 0)
    past = _past(rule, observed, limit)
    verdict = Verdict.DRIFT if past > 0 else Verdict.EASED if past > -_EASED else Verdict.STEADY
    is_past = verdict is Verdict.DRIFT
    side = 1 if rule.above is not None else -1
    return Judgement(
        kind=rule.kind, verdict=verdict, why=Why.OUTSIDE_BAND if is_past else Why.INSIDE_BAND,
        gap=round(side * max(1 + past, 0.0), 2), observed=observed,
        expected=limit, low=limit, high=limit,
        since=_since(rule, values, limit) if is_past else None, on=on, grain=rule.grain,
    )  # fmt: skip


def _past(rule: Rule, value: float, limit: float) -> float:
    """How far a value is past the limit, in parts of the limit; below 0 is within."""
    over = value - limit if rule.above is not None else limit - value
    return over / max(abs(limit), 1.0)


def _since(rule: Rule, values: Sequence[tuple[date, float]], limit: float) -> date:
    """The first of the latest periods in a row that are past the limit."""
    since = values[-1][0]
    for on, value in reversed(values):
        if _past(rule, value, limit) <= 0 or on < later(since, rule.grain, -1):
            break
        since = on
    return since
