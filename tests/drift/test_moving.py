"""A change by cause: the client's, late data, another definition, a merge, exchange rates."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from kam_sync.drift.moved import Changed, Part
from kam_sync.drift.moving import by_rates, causes, mean
from kam_sync.drift.shares import rounded, settle
from kam_sync.kpi.splits import Exchanged

AUGUST, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in (8, 9, 10))
MEASURED = {
    SEPTEMBER: datetime(2026, 10, 1, tzinfo=UTC), OCTOBER: datetime(2026, 11, 1, tzinfo=UTC),
}  # fmt: skip
LATE = datetime(2026, 11, 5, tzinfo=UTC)
EARLY = datetime(2026, 9, 10, tzinfo=UTC)


def split(
    now: int, was: int, *changes: Changed, rates: Fraction | None = None
) -> dict[Part, Fraction]:
    """The parts of a change from August to October."""
    later, base = {OCTOBER: Decimal(now)}, {AUGUST: Decimal(was)}
    return causes(later, base, changes, MEASURED, rates)


def changed(on: date, at: datetime, change: int, *why: str) -> Changed:
    return Changed(on, at, Decimal(change), why)


def test_nothing_was_restated_and_all_is_the_clients() -> None:
    assert split(60, 100) == {Part.CLIENT: -40}


def test_late_data_of_the_later_month_is_its_own_part() -> None:
    assert split(60, 350, changed(OCTOBER, LATE, -40, "facts")) == {
        Part.CLIENT: -250, Part.FACTS: -40,
    }  # fmt: skip


def test_what_came_to_the_base_before_it_was_compared_is_no_part() -> None:
    assert split(200, 200, changed(AUGUST, EARLY, 100, "definition")) == {Part.CLIENT: 0}


def test_what_came_to_the_base_afterwards_counts_against_the_change() -> None:
    merged = changed(AUGUST, LATE, 50, "account"), changed(OCTOBER, LATE, 30, "account")
    assert split(90, 150, *merged) == {Part.CLIENT: -40, Part.ACCOUNT: -20}


def test_several_causes_are_not_told_apart_and_a_lost_one_is_said() -> None:
    both = changed(OCTOBER, LATE, -10, "definition", "facts")
    lost, odd = changed(OCTOBER, LATE, -3), changed(OCTOBER, LATE, -2, "of another version")
    assert split(50, 100, both, lost, odd) == {
        Part.CLIENT: -35, Part.SEVERAL: -10, Part.UNKNOWN: -5,
    }  # fmt: skip


def test_spans_of_several_months_are_compared_by_their_means() -> None:
    later = {SEPTEMBER: Decimal(80), OCTOBER: Decimal(60)}
    found = causes(
        later,
        {AUGUST: Decimal(100)},
        [
            changed(SEPTEMBER, LATE, -10, "facts"),
            changed(AUGUST, datetime(2026, 10, 5, tzinfo=UTC), 20, "zone"),  # October came after it
        ],
        MEASURED,
    )
    assert found == {Part.CLIENT: -15, Part.FACTS: -5, Part.ZONE: -10}
    assert sum(found.values()) == -30


def test_a_rate_moves_what_is_sold_now_and_the_rest_is_sold_more_or_less() -> None:
    new = [Exchanged("USD", OCTOBER, Decimal(100), Decimal(9000))]
    old = [Exchanged("USD", AUGUST, Decimal(200), Decimal(16000))]
    moved = by_rates(new, old, 1)
    assert moved == 1000
    assert split(9000, 16000, rates=moved) == {Part.CLIENT: -8000, Part.RATE: 1000}


def test_a_rate_takes_the_place_of_what_was_restated_by_a_rate_alone() -> None:
    corrected = changed(OCTOBER, LATE, 1000, "rate")
    assert split(9000, 8000, corrected) == {Part.CLIENT: 0, Part.RATE: 1000}
    assert split(9000, 8000, corrected, rates=Fraction(1000)) == {Part.CLIENT: 0, Part.RATE: 1000}


def test_a_currency_of_one_span_alone_has_no_rate_to_compare() -> None:
    new = [Exchanged("USD", OCTOBER, Decimal(100), Decimal(9000))]
    assert by_rates(new, [], 1) == 0
    assert by_rates([], new, 1) == 0
    assert by_rates([Exchanged("USD", OCTOBER, Decimal(0), Decimal(0))], new, 1) == 0


NUMBERS = st.decimals("-1e9", "1e9", places=4)
MONTHS = st.integers(1, 24).map(lambda n: date(2025 + (n - 1) // 12, (n - 1) % 12 + 1, 1))
SPANS = st.dictionaries(MONTHS, NUMBERS, min_size=2, max_size=24)
WHY = st.lists(st.sampled_from(["facts", "definition", "zone", "account", "rate", ""]), max_size=3)
MOMENTS = st.integers(0, 900).map(lambda days: EARLY - timedelta(days=600 - days))


@given(
    values=SPANS,
    cut=st.integers(1, 23),
    changes=st.lists(st.builds(Changed, MONTHS, MOMENTS, NUMBERS, WHY.map(tuple)), max_size=9),
    measured=st.dictionaries(MONTHS, MOMENTS, min_size=24, max_size=24),
    rates=st.none() | st.fractions(-(10**9), 10**9, max_denominator=997),
)
def test_causes_sum_to_the_whole(
    values: dict[date, Decimal],
    cut: int,
    changes: list[Changed],
    measured: dict[date, datetime],
    rates: Fraction | None,
) -> None:
    months = sorted(values)
    at = min(cut, len(months) - 1)
    base, later = ({m: values[m] for m in some} for some in (months[:at], months[at:]))
    parts = causes(later, base, changes, measured, rates)
    whole = mean(later, list(later)) - mean(base, list(base))
    assert sum(parts.values()) == whole
    assert sum(settle(parts).values()) == rounded(whole)


@given(
    st.dictionaries(
        st.integers(), st.fractions(-(10**18), 10**18, max_denominator=9973), max_size=30
    )
)
def test_rounded_parts_sum_to_the_rounded_whole(parts: dict[int, Fraction]) -> None:
    found = settle(parts)
    assert sum(found.values(), Decimal()) == rounded(sum(parts.values(), Fraction()))
    assert all(abs(Fraction(found[key]) - parts[key]) < Fraction(1, 100) for key in parts)
    assert all(found[key] == 0 for key in parts if parts[key] == 0)
