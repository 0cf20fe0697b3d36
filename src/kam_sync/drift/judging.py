"""Judges by one rule: which detector it is, what that is given, and what a rule leaves out."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from kam_sync.drift import limits, paths, scissors
from kam_sync.drift.model import Finding, Judgement, Kind, Verdict, Why
from kam_sync.drift.rule import Rule
from kam_sync.drift.seen import Seen
from kam_sync.kpi.model import Series
from kam_sync.kpi.registry import KPIS

Judged = list[tuple[Series, Judgement]]
Before = Mapping[tuple[UUID, str], Finding]
"""By account and unit the drifts that the rule knows of."""
_MOST_MISSING = 0.5
"""Where rows of more than so many accounts are missing, it is the source that is silent."""


def judged(rule: Rule, seen: Seen, before: Before) -> Judged:
    """What a rule says of each series that it is about."""
    last_day = seen.today
    if rule.kind in {Kind.LEVEL, Kind.SCISSORS}:
        last_day = seen.newest(rule.grain).last_day
    found = _found(rule, seen, before)
    gated = ((one, _gated(rule, seen, one, said, last_day)) for one, said in found)
    return [
        (one, _remembered(said, old) if old else _without_small(rule, said))
        for one, said in gated
        for old in [before.get((one.account_id, one.unit))]
    ]


def _found(rule: Rule, seen: Seen, before: Before) -> Judged:
    match rule.kind:
        case Kind.LEVEL:
            return _levels(rule, seen, before)
        case Kind.SILENCE:
            return _silences(rule, seen)
        case Kind.LIMIT | Kind.STEP:
            return _limits(rule, seen)
        case Kind.PLAN:
            return _plans(rule, seen)
        case Kind.SCISSORS:
            return _scissors(rule, seen)
        case Kind.MISSING:
            return _missing(rule, seen)


def _gated(rule: Rule, seen: Seen, one: Series, said: Judgement, last_day: date) -> Judgement:
    """Nobody is judged by what is not all here."""
    is_about_rows = rule.kind is Kind.MISSING  # what is missing is its finding, and no doubt
    if not seen.is_sure(one.account_id, rule.reads, last_day, with_rows=not is_about_rows):
        return Judgement(
            kind=rule.kind, verdict=Verdict.UNCLEAR, why=Why.DATA_SUSPECT, grain=rule.grain
        )
    return said


def _remembered(said: Judgement, old: Finding) -> Judgement:
    """A look that cannot say keeps what was known: the drift goes on where it was."""
    if said.verdict is not Verdict.UNCLEAR:
        return said
    known = old.model_dump(include={"since", "gap", "confidence"})
    return said.model_copy(update=known)


def _without_small(rule: Rule, said: Judgement) -> Judgement:
    """A change that is sure, and too small to mind, opens nothing."""
    if said.verdict is not Verdict.DRIFT or not _is_small(rule, said):
        return said
    return said.model_copy(update={"verdict": Verdict.STEADY, "why": Why.TOO_SMALL, "since": None})


def _is_small(rule: Rule, said: Judgement) -> bool:
    if said.observed is None or said.expected is None:
        return False
    change = abs(said.observed - said.expected)
    is_slight = change < float(rule.at_least_percent) / 100 * abs(said.expected)
    return change < (rule.at_least or 0) or (rule.kind is Kind.LEVEL and is_slight)


def _levels(rule: Rule, seen: Seen, before: Before) -> Judged:
    from kam_sync.drift import levels  # noqa: PLC0415 - numpy takes long to import

    series = seen.series(rule)
    managers = [seen.manager(one.account_id) for one in series]
    on = seen.newest(rule.grain).on
    asked = levels.table(series, KPIS[rule.kpi], managers, rule.grain, on)
    old = [before.get((one.account_id, one.unit)) for one in series]
    return list(zip(series, levels.found(asked, rule, old), strict=True))


def _silences(rule: Rule, seen: Seen) -> Judged:
    from kam_sync.drift import waiting  # noqa: PLC0415 - scipy takes long to import

    few = waiting.unclear(Why.TOO_LITTLE_HISTORY)
    said = waiting.judge(seen.order_days, seen.today, seen.workdays)
    return [(one, said.get(one.account_id, few)) for one in seen.series(rule)]


def _limits(rule: Rule, seen: Seen) -> Judged:
    on = seen.newest(rule.grain).on
    found = ((one, limits.judge(one, rule, on)) for one in seen.series(rule))
    return [(one, said) for one, said in found if said is not None]


def _plans(rule: Rule, seen: Seen) -> Judged:
    found = []
    for account_id, one in seen.plans(rule).items():
        said = paths.judge(one, rule)
        if said is not None and one.unit is not None:
            found.append((Series(account_id, rule.kpi, one.unit, (), ()), said))
    return found


def _scissors(rule: Rule, seen: Seen) -> Judged:
    others = {(one.account_id, one.unit): one for one in seen.series(rule, rule.against)}
    thirds = {one.account_id: one for one in seen.series(rule, rule.meanwhile)}
    on = seen.newest(rule.grain).on
    return [
        (one, scissors.judge(
            one, others.get((one.account_id, one.unit)), thirds.get(one.account_id), on))
        for one in seen.series(rule)
    ]  # fmt: skip


def _missing(rule: Rule, seen: Seen) -> Judged:
    from kam_sync.drift import waiting  # noqa: PLC0415 - scipy takes long to import

    said = waiting.judge(seen.reported_days(rule), seen.today, seen.workdays, Kind.MISSING)
    gone = sum(one.verdict is Verdict.DRIFT for one in said.values())
    known = sum(one.verdict is not Verdict.UNCLEAR for one in said.values())
    for account_id, one in said.items():
        if one.verdict is Verdict.DRIFT:
            seen.note_missing(account_id, rule.kpi)
    is_source = gone > 1 and gone > _MOST_MISSING * known
    units = {one.account_id: one.unit for one in reversed(seen.series(rule))}
    return [
        (Series(account_id, rule.kpi, units[account_id], (), ()), _suspect(one, is_source))
        for account_id, one in said.items()
        if account_id in units
    ]


def _suspect(one: Judgement, is_source: bool) -> Judgement:
    if one.verdict is not Verdict.DRIFT or not is_source:
        return one
    return Judgement(kind=one.kind, verdict=Verdict.UNCLEAR, why=Why.DATA_SUSPECT, on=one.on)
