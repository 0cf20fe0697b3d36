"""How one customer buys: its habit, how that changes, and the deals that come of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from connectors.sandbox.months import DAY, HISTORY, Months, Pace, working_hours


class Turn(StrEnum):
    """The ways in which a customer really changes."""

    STOPPED = "stopped buying"
    DROPPED = "buys less"
    LOSING = "win rate fell"
    GREW = "buys more"


_PACE_AFTER = {Turn.STOPPED: 0.0, Turn.DROPPED: 0.4, Turn.LOSING: 1.0, Turn.GREW: 2.0}
_WON_AFTER = {Turn.STOPPED: 0.0, Turn.DROPPED: 1.0, Turn.LOSING: 0.25, Turn.GREW: 1.0}
_LONGEST_DEAL = 60 * DAY
RECENT = HISTORY - 2
"""Deals born in this month or later may still be open in the running one."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a customer, and the number of the month in which it began."""

    turn: Turn
    since: int


@dataclass(frozen=True, slots=True)
class Habit:
    """What is usual for one customer."""

    deals: int
    price: float
    won: float
    service: float
    days: float
    change: Change | None


@dataclass(frozen=True, slots=True)
class Plan:
    """One deal from its beginning to its end; which of it has happened depends on the day."""

    place: int
    month: int
    begins: int
    ends: int
    is_won: bool
    is_service: bool
    price: int


def paces(months: Months) -> dict[Change | None, Pace]:
    """A curve for every change that there may be, and for none."""
    found: dict[Change | None, Pace] = {None: Pace(months)}
    for turn in Turn:
        for since in range(HISTORY - 4, HISTORY - 1):
            pace = Pace(months, since=since, factor=_PACE_AFTER[turn])
            found[Change(turn, since)] = pace
    return found


def changes(seed: int, size: int) -> dict[int, Change]:
    """Which ranks change: some of the better customers, one of them for the better."""
    count = round(size * 0.15)
    if size >= 20:
        count = max(count, 4)
    dice = Random(f"{seed}:{size}:changes")
    found = {}
    for place, rank in enumerate(dice.sample(range(count * 3 // 2), count)):
        if place == count - 1 and count > 1:
            change = Change(Turn.GREW, HISTORY - 4)
        elif place % 3 == 0:
            change = Change(Turn.STOPPED, HISTORY - dice.randint(2, 4))
        else:
            change = Change(Turn.DROPPED if place % 3 == 1 else Turn.LOSING, HISTORY - 3)
        found[rank] = change
    return found


def past(habit: Habit, pace: Pace, months: Months, dice: Random) -> Iterator[Plan]:
    """The deals of the 36 months, the newest first; a regular rhythm with some noise."""
    for place in reversed(range(habit.deals)):
        month, fraction = pace.place((place + dice.random()) / habit.deals)
        yield _plan(habit, place, (month, fraction), months, dice)


def running(habit: Habit, pace: Pace, months: Months, dice: Random) -> Iterator[Plan]:
    """The deals of the whole running month, those of its future too."""
    count = int(pace.running(habit.deals) + dice.random())
    for place in range(count):
        fraction = (place + dice.random()) / count
        yield _plan(habit, place, (HISTORY, fraction), months, dice)


def _plan(habit: Habit, place: int, when: tuple[int, float], months: Months, dice: Random) -> Plan:
    begins = months.inside(*when, dice)
    is_service = dice.random() < habit.service
    days = habit.days * (0.4 + 1.4 * dice.random()) * (0.5 if is_service else 1.0)
    length = min(max(int(days * DAY), 3 * DAY), _LONGEST_DEAL)
    ends = working_hours(begins + length, dice)
    price = habit.price * dice.lognormvariate(0, 0.4) * (0.4 if is_service else 1.0)
    return Plan(
        place=place,
        month=when[0],
        begins=begins,
        ends=ends,
        is_won=dice.random() < _chance(habit, begins, ends, months),
        is_service=is_service,
        price=max(int(price / 100) * 100, 1_000),
    )


def _chance(habit: Habit, begins: int, ends: int, months: Months) -> float:
    change = habit.change
    if change is None or ends < months.start(change.since):
        return habit.won
    if change.turn is Turn.DROPPED and begins < months.start(change.since):
        return habit.won * 0.4  # its older deals fade like the rest
    return habit.won * _WON_AFTER[change.turn]
