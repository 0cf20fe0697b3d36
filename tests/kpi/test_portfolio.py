"""The rules of the portfolio: who makes most of it, how concentrated it is, who left, the load."""

from decimal import Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from kam_sync.kpi.portfolio import Load, ParetoClass, churn, concentration, load, standings


def ids(*amounts: int) -> dict[UUID, Decimal]:
    """An account for each amount."""
    return {UUID(int=n): Decimal(amount) for n, amount in enumerate(amounts, 1)}


def test_the_fewest_that_make_eighty_percent_are_class_a() -> None:
    found = standings(ids(10, 50, 0, 30, 6, 4, -5))
    assert [(one.amount, one.share, one.cumulative) for one in found] == [
        (50, 50, 50), (30, 30, 80), (10, 10, 90), (6, 6, 96), (4, 4, 100),
    ]  # fmt: skip
    assert "".join(one.pareto for one in found) == "AABBC"
    how = concentration(found)
    assert how is not None
    assert (how.accounts, how.makers, how.top1, how.top5) == (5, 2, 50, 100)
    assert how.hhi == Decimal("0.3552")
    assert load(found) == Load(main=2, smaller=3)


def test_nobody_bought_and_nothing_is_said_of_it() -> None:
    assert standings(ids(0, -1)) == []
    assert concentration([]) is None
    assert churn({}, {}).percent is None


def test_more_than_five_and_five_is_too_much_for_one() -> None:
    assert [Load(*one).is_over for one in ((5, 5), (6, 0), (0, 6))] == [False, True, True]


def test_who_bought_before_and_not_now_is_lost() -> None:
    before, now = ids(10, 30, 20, 0), ids(1, 0, 0, 5)
    found = churn(now, before)
    assert (found.at_start, found.lost) == (3, (UUID(int=2), UUID(int=3)))
    assert round(found.percent or 0, 2) == Decimal("66.67")


@settings(max_examples=40)
@given(st.lists(st.integers(-5, 1000), max_size=30))
def test_shares_sum_to_a_hundred_and_class_a_is_the_smallest_set(amounts: list[int]) -> None:
    found = standings(ids(*amounts))
    if not found:
        return
    assert round(sum(one.share for one in found), 10) == 100
    main = [one for one in found if one.pareto is ParetoClass.A]
    most = sorted((a for a in amounts if a > 0), reverse=True)
    fewest = next(n for n in range(1, len(most) + 1) if 100 * sum(most[:n]) >= 80 * sum(most))
    assert len(main) == fewest
    how = concentration(found)
    assert how is not None
    assert Decimal("0.999999") / len(found) <= how.hhi <= Decimal("1.000001")
