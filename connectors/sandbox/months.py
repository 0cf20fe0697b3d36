"""The 37 months of a made-up world: 36 whole ones of history and the running one."""

from bisect import bisect_right
from datetime import UTC, date, datetime
from itertools import accumulate
from random import Random
from time import time

HISTORY = 36
DAY = 86_400
_HOUR = 3_600
_SEASON = (0.88, 0.96, 1.0, 1.0, 0.94, 0.97, 0.88, 0.9, 1.03, 1.07, 1.1, 1.2)
"""How lively each month of the year is: a strong December, a quiet January and summer."""


def utc_today() -> date:
    """The day by the computer's clock; only for when nobody said which day to show."""
    return datetime.fromtimestamp(time(), UTC).date()


def moment(seconds: int) -> datetime:
    """Unix seconds as an aware time."""
    return datetime.fromtimestamp(seconds, UTC)


def midnight(day: date) -> int:
    """Unix seconds of 00:00 UTC of that day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


class Months:
    """Months by number: 0 is the oldest of the history, 36 the running one."""

    def __init__(self, today: date) -> None:
        self._firsts = [_first_of(today, number - HISTORY) for number in range(HISTORY + 2)]
        self._starts = [midnight(first) for first in self._firsts]
        self.beginning = self._starts[0]
        self.running = self._starts[HISTORY]

    def first_day(self, number: int) -> date:
        """The first day of month `number`."""
        return self._firsts[number]

    def start(self, number: int) -> int:
        """Unix seconds at which month `number` begins."""
        return self._starts[number]

    def season(self, number: int) -> float:
        """How lively month `number` is; 1 is usual."""
        return _SEASON[self._firsts[number].month - 1]

    def inside(self, number: int, fraction: float, dice: Random) -> int:
        """A moment of office hours on a working day, that far into month `number`."""
        start, end = self._starts[number], self._starts[number + 1]
        return working_hours(start + int(fraction * (end - start)), dice, not_before=start)


class Pace:
    """Deals per month as a curve: where on it the n-th of so many deals falls."""

    def __init__(self, months: Months, *, since: int = HISTORY + 1, factor: float = 1.0) -> None:
        self._speed = [
            months.season(number) * (factor if number >= since else 1.0)
            for number in range(HISTORY + 1)
        ]
        self._sums = [0.0, *accumulate(self._speed)]

    def place(self, share: float) -> tuple[int, float]:
        """The month, and how far into it, after that share of all the deals of the history."""
        target = share * self._sums[HISTORY]
        number = min(bisect_right(self._sums, target) - 1, HISTORY - 1)
        return number, min((target - self._sums[number]) / self._speed[number], 0.999)

    def running(self, history: int) -> float:
        """How many deals the running month will see, after so many in the history."""
        return history * self._speed[HISTORY] / self._sums[HISTORY]


def working_hours(seconds: int, dice: Random, *, not_before: int = 0) -> int:
    """The same day between 6 and 15 UTC; a week-end moves to Friday, or else on to Monday."""
    days = seconds // DAY
    week_day = (days + 3) % 7  # 1970-01-01 was a Thursday, which is 3
    if week_day > 4:
        friday = days - (week_day - 4)
        days = friday if friday * DAY >= not_before else days + 7 - week_day
    return days * DAY + 6 * _HOUR + int(dice.random() * 9 * _HOUR)


def _first_of(today: date, months: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, 1)
