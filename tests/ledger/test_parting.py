"""Since when a noun differs, and when that is a matter for a person."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kam_sync.ledger.model import Check, LedgerState
from kam_sync.ledger.parting import needs_person, parted_since, state_of

FIRST = date(2026, 12, 1)
Night = tuple[int, int]
"""How many differences were found, and how many of them were left."""


def nights(most: int = 3) -> st.SearchStrategy[list[Night]]:
    night = st.integers(0, most).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
    return st.lists(night, min_size=1, max_size=12)


def written(row: list[Night]) -> list[Check]:
    """The checks of a row of nights, as they are written one after the other."""
    checks: list[Check] = []
    for number, (found, left) in enumerate(row):
        day = FIRST + timedelta(days=number)
        before = checks[-1] if checks else None
        checks.append(
            Check(
                id=number,
                source_id=1,
                noun="deal",
                day=day,
                differing=found,
                left_over=left,
                checked_at=datetime.combine(day, datetime.min.time(), UTC),
                state=state_of(found, left),
                parted_since=parted_since(found, before, day),
            )
        )
    return checks


@given(nights())
def test_the_first_day_is_that_of_the_unbroken_row(row: list[Night]) -> None:
    last = written(row)[-1]
    broken = [number for number, (found, _) in enumerate(row) if not found]
    began = FIRST + timedelta(days=broken[-1] + 1 if broken else 0)
    assert last.parted_since == (began if row[-1][0] else None)


@given(nights())
def test_it_is_parted_as_long_as_something_is_left(row: list[Night]) -> None:
    for check in written(row):
        assert (check.state is LedgerState.PARTED) is (check.left_over > 0)
        assert (check.state is LedgerState.EQUAL) is (check.found == 0)
        assert check.repaired + check.left_over == check.found


@given(nights())
def test_a_person_is_called_when_two_nights_leave_something(row: list[Night]) -> None:
    checks = written(row)
    yesterday = checks[-2] if len(checks) > 1 else None
    is_twice = len(row) > 1 and row[-1][1] > 0 and row[-2][1] > 0
    assert needs_person(row[-1][1], yesterday) is is_twice
