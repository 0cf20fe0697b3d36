"""The silence of an account is held against the days of its own orders."""

from datetime import date, timedelta
from uuid import UUID

from kam_sync.drift.model import Kind, Verdict, Why
from kam_sync.drift.waiting import judge
from kam_sync.kpi.workdays import Workdays

RU, TODAY = Workdays("RU"), date(2026, 11, 23)


def _every(weeks: int, count: int, *, until: date) -> list[date]:
    return [until - timedelta(weeks=weeks * n) for n in range(count)][::-1]


def test_who_ordered_every_week_and_then_not_for_two_months_is_silent() -> None:
    house = {UUID(int=n): _every(1 + n % 4, 10, until=date(2026, 11, 16)) for n in range(10)}
    quiet, slow, new = UUID(int=98), UUID(int=99), UUID(int=100)
    house[quiet] = _every(1, 10, until=date(2026, 9, 21))
    house[slow] = _every(10, 10, until=date(2026, 9, 21))
    house[new] = [date(2026, 9, 21)]
    said = judge(house, TODAY, RU)
    silent = said[quiet]
    assert (silent.kind, silent.verdict, silent.since) == (
        Kind.SILENCE, Verdict.DRIFT, date(2026, 9, 21),
    )  # fmt: skip
    assert silent.observed == 44  # 4 November is no working day
    assert silent.gap is not None
    assert silent.gap > 2.3
    assert said[slow].verdict is Verdict.STEADY
    assert (said[new].verdict, said[new].why) == (Verdict.UNCLEAR, Why.TOO_LITTLE_HISTORY)


def test_of_nobody_nothing_is_said() -> None:
    assert judge({}, TODAY, RU) == {}
