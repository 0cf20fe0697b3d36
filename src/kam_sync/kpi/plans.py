"""How a plan stands: what has come of it, and what will at the pace so far."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kam_sync.kpi.definition import Grain
from kam_sync.kpi.periods import COUNTS
from kam_sync.kpi.workdays import Workdays

_DAYS = timedelta(days=COUNTS[Grain.DAY])
"""So far back days are measured."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a KPI of an account is to come to in a span whose days both count."""

    kpi: str
    starts_on: date
    ends_on: date
    target: Decimal
    currency: str | None


@dataclass(frozen=True, slots=True)
class Values:
    """Values of a KPI in one unit by the first day of their periods, the running one among them."""

    unit: str
    by_day: dict[date, Decimal]
    by_month: dict[date, Decimal]

    def until(self, day: date) -> "Values":
        """Those of periods that had begun by a day."""
        days, months = (
            {on: value for on, value in of.items() if on <= day}
            for of in (self.by_day, self.by_month)
        )
        return Values(self.unit, days, months)


@dataclass(frozen=True, slots=True)
class Standing:
    """A plan with what has come of it."""

    plan: Plan
    unit: str | None
    """None where nothing was measured, or in several units that the plan does not choose from."""
    fact: Decimal | None
    passed: int
    """Its working days that have passed; today counts as passed."""
    days: int
    """Its working days."""
    adds_up: bool

    @property
    def fulfilment(self) -> Decimal | None:
        """In percent of the target."""
        return None if self.fact is None else 100 * self.fact / self.plan.target

    @property
    def due(self) -> Decimal | None:
        """Where it should be by now at an even pace over its working days, in percent of the
        target; None where its KPI does not add up over days."""
        return 100 * Decimal(self.passed) / self.days if self.adds_up and self.days else None

    @property
    def ahead(self) -> Decimal | None:
        """How many percent of the target it is ahead of that, or behind when negative."""
        done = self.fulfilment
        return None if self.due is None or done is None else done - self.due

    @property
    def run_rate(self) -> Decimal | None:
        """What the fact will be at the plan's end; None where it does not add up over days."""
        if self.fact is None or not self.adds_up or not self.passed:
            return None
        return self.fact * self.days / self.passed


def standing(
    plan: Plan, measured: Collection[Values], today: date, workdays: Workdays, *, adds_up: bool
) -> Standing:
    """How a plan stands on a day that it has begun by.

    Args:
        measured: its KPI, by unit.
        adds_up: whether its KPI adds up over days; else the newest value is held against it.
    """
    numbers = workdays.numbered(plan.starts_on - timedelta(days=1), plan.ends_on)
    before, now = numbers[plan.starts_on - timedelta(days=1)], numbers[min(today, plan.ends_on)]
    fitting = [one for one in measured if one.unit == (plan.currency or one.unit)]
    values = fitting[0] if len(fitting) == 1 else None
    return Standing(
        plan,
        unit=None if values is None else values.unit,
        fact=None if values is None else _fact(plan, values, today, adds_up=adds_up),
        passed=now - before,
        days=numbers[plan.ends_on] - before,
        adds_up=adds_up,
    )


def path(plan: Plan, workdays: Workdays, *, adds_up: bool) -> dict[date, Decimal]:
    """What each month of a plan should bring, by its first day.

    What adds up is spread evenly over the working days; of what does not, it is the target itself.
    """
    numbers = workdays.numbered(plan.starts_on - timedelta(days=1), plan.ends_on)
    worked: dict[date, int] = {}
    for day in (plan.starts_on + timedelta(days=n) for n in range(len(numbers) - 1)):
        month = day.replace(day=1)
        worked[month] = worked.get(month, 0) + numbers[day] - numbers[day - timedelta(days=1)]
    total = sum(worked.values())
    if not adds_up or not total:
        return dict.fromkeys(worked, plan.target)
    return {month: plan.target * days / total for month, days in worked.items()}


def _fact(plan: Plan, values: Values, today: date, *, adds_up: bool) -> Decimal | None:
    """What has come of it: by days where these reach back so far, else by its whole months."""
    if not adds_up:
        first = plan.starts_on.replace(day=1)
        return next(reversed(_within(values.by_month, first, plan.ends_on)), None)
    if values.by_day and plan.starts_on > today - _DAYS:
        return _sum(_within(values.by_day, plan.starts_on, plan.ends_on))
    is_whole = plan.starts_on.day == 1 and (plan.ends_on + timedelta(days=1)).day == 1
    return _sum(_within(values.by_month, plan.starts_on, plan.ends_on)) if is_whole else None


def _within(values: dict[date, Decimal], first: date, last: date) -> list[Decimal]:
    return [values[on] for on in sorted(values) if first <= on <= last]


def _sum(values: Iterable[Decimal]) -> Decimal | None:
    found = list(values)
    return sum(found, Decimal()) if found else None
