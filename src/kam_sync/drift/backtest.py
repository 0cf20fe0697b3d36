"""What a rule would have opened in the past: the same code judges again, as of each past day.

The values are those that were first reported, as the rule would have seen them; what was doubted
then is not known any more, so nothing is held back.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from kam_sync.base.clock import start_of_day
from kam_sync.base.db import Session
from kam_sync.drift.judging import judged
from kam_sync.drift.model import Finding, Judgement, Kind, Verdict
from kam_sync.drift.rule import Rule
from kam_sync.drift.seen import Seen
from kam_sync.drift.store import DriftStore
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.model import Series
from kam_sync.kpi.periods import COUNTS, first_day, later
from kam_sync.kpi.plans import Standing
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.store import KpiStore
from kam_sync.kpi.workdays import Workdays

_STEPS = {Grain.DAY: 90, Grain.WEEK: 52, Grain.MONTH: 12}
"""So many periods are looked back upon."""
_KEPT = timedelta(days=COUNTS[Grain.DAY])
_NOON = timedelta(hours=12)
_BY_WEEK = frozenset({Kind.SILENCE, Kind.MISSING, Kind.PLAN})
"""What changes from day to day is looked at each Monday."""


@dataclass(frozen=True, slots=True)
class Fired:
    """An alert that would have been opened."""

    said: Finding
    """What it would have said first, about whom."""
    on: date
    """When."""
    until: date | None = None
    """When it would have ended; None for still open."""


class Look(NamedTuple):
    """What was seen of an account at one past day: light, for there is one of each account."""

    day: date
    on: date
    """The first day of the period that was judged."""
    unit: str
    observed: float | None
    expected: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class House:
    """As of when it is looked back, and by which customs."""

    now: datetime
    zone: ZoneInfo
    workdays: Workdays
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """What a rule would have done."""

    fired: list[Fired]
    """The latest first."""
    looks: Mapping[UUID, Sequence[Look]]
    """Of each account with an alert all that was seen of it, the oldest first."""


def backtest(session: Session, rule: Rule, house: House) -> Past:
    """The alerts of the last year (of days: of 90) by a rule."""
    return backtests(session, [rule], house)[0]


def backtests(session: Session, rules: Sequence[Rule], house: House) -> list[Past]:
    """The same of several rules, in their order; what they have in common is read once."""
    known = _known(session, rules, house)
    return [_past(rule, known) for rule in rules]


def _past(rule: Rule, known: "_Known") -> Past:
    zone = known.zone
    fired: dict[tuple[UUID, str], Fired] = {}
    over, before = list[Fired](), dict[tuple[UUID, str], Finding]()
    looks, good = defaultdict[UUID, list[Look]](list), KPIS[rule.kpi].good
    for day in _days(rule, known.today):
        found = judged(rule, _Then(known, start_of_day(day, zone) + _NOON), before)
        before = {}
        for one, said in found:
            key = (one.account_id, one.unit)
            finding = _finding(rule, one, said, day, zone)
            looks[one.account_id].append(_look(one, said, day))
            if said.since is not None:
                before[key] = finding
            is_bad = said.verdict is Verdict.DRIFT and rule.badness(said.gap or 0, good) > 0
            if is_bad and key not in fired:
                fired[key] = Fired(finding, day)
            elif said.verdict is Verdict.STEADY and key in fired:
                over.append(replace(fired.pop(key), until=day))
    all_fired = sorted([*over, *fired.values()], key=lambda one: one.on, reverse=True)
    return Past(all_fired, {one.said.account_id: looks[one.said.account_id] for one in all_fired})


def _look(one: Series, said: Judgement, day: date) -> Look:
    return Look(day, said.on or day, one.unit, said.observed, said.expected, said.low, said.high)


def _known(session: Session, rules: Sequence[Rule], house: House) -> "_Known":
    store, managers = KpiStore(session), DriftStore(session).managers()
    today = house.now.astimezone(house.zone).date()
    series = {
        (kpi, grain): list(store.series([kpi], grain, as_reported=True))
        for kpi, grain in {(kpi, rule.grain) for rule in rules for kpi in rule.reads}
    }
    return _Known(session, today, house.zone, house.workdays, house.currency, series, managers)


def _days(rule: Rule, today: date) -> list[date]:
    """The days it is judged as of: the first after each period."""
    grain = Grain.WEEK if rule.kind in _BY_WEEK else rule.grain
    running = first_day(today, grain)
    return [later(running, grain, -back) for back in range(_STEPS[grain] - 1, -1, -1)]


def _finding(rule: Rule, one: Series, said: Judgement, day: date, zone: ZoneInfo) -> Finding:
    return Finding(
        account_id=one.account_id, rule=rule.key, kpi=one.kpi, unit=one.unit,
        changed_at=start_of_day(day, zone), **said.model_dump(),
    )  # fmt: skip


class _Then(Seen):
    """What rules ask for, as it was at a past moment."""

    def __init__(self, known: "_Known", now: datetime) -> None:
        super().__init__(known.session, now, known.zone, known.workdays, currency=known.currency)
        self._known = known

    def all_series(self, kpi: str, grain: Grain) -> Iterable[Series]:
        """Whole periods that were over then; what ran then is not known any more."""
        last = self.newest(grain).on
        for one in self._known.series[kpi, grain]:
            count = bisect_right(one.ons, last)
            if count:
                yield replace(one, ons=one.ons[:count], values=one.values[:count], running=None)

    def manager(self, account_id: UUID) -> str:
        """Who is responsible now: who was then is not known any more."""
        return self._known.managers.get(account_id, "")

    def doubted(self, last_day: date) -> Mapping[UUID, Collection[str]]:  # noqa: ARG002 - it overrides
        """What was doubted then is not known any more."""
        return {}

    def plans(self, rule: Rule) -> dict[UUID, Standing]:
        """Of plans whose days are kept from their beginning."""
        return {
            key: one
            for key, one in super().plans(rule).items()
            if one.plan.starts_on > self._known.today - _KEPT
        }


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read once for all past days."""

    session: Session
    today: date
    zone: ZoneInfo
    workdays: Workdays
    currency: str
    series: Mapping[tuple[str, Grain], Sequence[Series]]
    managers: Mapping[UUID, str]
