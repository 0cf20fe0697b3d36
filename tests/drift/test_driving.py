"""A change by the members of a dimension: parts that sum to the whole, of sums and of ratios."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from kam_sync.drift.driving import (
    Effect,
    Month,
    driver,
    months_of,
    of_ratio,
    of_sum,
    strongest_first,
    terms,
)
from kam_sync.drift.shares import rounded
from kam_sync.kpi.splits import Dimension, Share


def month(**members: int | tuple[int, int]) -> Month:
    """What members add above and below the line."""
    pairs = {key: one if isinstance(one, tuple) else (one, 1) for key, one in members.items()}
    return {key: (Fraction(above), Fraction(below)) for key, (above, below) in pairs.items()}


def changes(effects: dict[str, Effect]) -> dict[str, Fraction]:
    return {key: effect.change for key, effect in effects.items()}


def test_each_member_of_a_sum_makes_what_it_is_now_less_what_it_was() -> None:
    found = of_sum([month(new=10, both=60), month(both=40)], [month(both=90, gone=30)])
    assert changes(found) == {"both": -40, "gone": -30, "new": 5}


def test_a_ratio_is_split_in_the_middle_between_its_terms() -> None:
    # 3 of 4 were won, now 1 of 5: -2 won are (1/4 + 1/5) / 2 each, one more closed is the rest.
    found = of_ratio([month(a=(1, 5))], [month(a=(3, 4))], 100)
    assert (found["a"].above, found["a"].below) == (-45, -10)
    told = terms(found.values(), Fraction(20 - 75))
    assert (told.numerator, told.denominator, told.unexplained) == (-45, -10, 0)


def test_members_of_a_ratio_share_both_its_terms() -> None:
    found = of_ratio([month(a=(1, 2), b=(0, 2))], [month(a=(1, 2), b=(2, 2))], 100)
    assert changes(found) == {"a": 0, "b": -50}


def test_a_month_with_nothing_below_the_line_has_no_part() -> None:
    found = of_ratio([month(a=(1, 2)), month()], [month(a=(1, 1))], 100)
    assert sum(changes(found).values()) == -50
    assert of_ratio([month()], [month(a=(1, 1))], 100) == {}


def test_five_are_named_and_the_others_are_together() -> None:
    effects = {name: Effect(Fraction(-size)) for size, name in enumerate("abcdefgh")}
    found = driver(Dimension.PRODUCT, effects, {"h": "Чай"}, Fraction(-30))
    assert [(one.name or one.key, one.change) for one in found.members] == [
        ("Чай", -7), ("g", -6), ("f", -5), ("e", -4), ("d", -3),
    ]  # fmt: skip
    assert (found.others, found.other_count, found.unexplained) == (-3, 2, -2)


def test_that_which_tells_most_stands_first() -> None:
    spread = driver(Dimension.PRODUCT, {k: Effect(Fraction(1)) for k in "abc"}, {}, Fraction(3))
    one_makes_it = {"a": Effect(Fraction(9)), "b": Effect(Fraction(-1))}
    pointed = driver(Dimension.PIPELINE, one_makes_it, {}, Fraction(8))
    alone = driver(Dimension.COMPANY, {"a": Effect(Fraction(3))}, {}, Fraction(3))
    assert strongest_first([alone, spread, pointed]) == (pointed, spread, alone)


def test_shares_come_together_by_month_and_member() -> None:
    on, other = date(2026, 9, 1), date(2026, 8, 1)
    one = Share(Dimension.PRODUCT, "tea", "Чай", on, Decimal(3), Decimal(1))
    assert months_of([one, one], [on, other]) == [{"tea": (6, 2)}, {}]
    assert months_of([one], [other]) == [{}]


PAIRS = st.tuples(
    st.decimals("-1e6", "1e6", places=4).map(Fraction),
    st.decimals("0", "1e6", places=4).map(Fraction),
)
SPAN = st.lists(
    st.dictionaries(st.sampled_from("abcdefghij"), PAIRS, max_size=10), min_size=1, max_size=4
)


@given(later=SPAN, base=SPAN, whole=st.fractions(-(10**9), 10**9, max_denominator=9973))
def test_members_of_a_sum_sum_to_the_whole(
    later: list[Month], base: list[Month], whole: Fraction
) -> None:
    effects = of_sum(later, base)
    means = [
        sum((pair[0] for m in some for pair in m.values()), Fraction()) / len(some)
        for some in (later, base)
    ]
    assert sum(changes(effects).values()) == means[0] - means[1]
    found = driver(Dimension.OWNER, effects, {}, whole)
    told = sum((one.change for one in found.members), found.others) + found.unexplained
    assert told == rounded(whole)
    assert all(one.was is not None and one.now == one.was + one.change for one in found.members)


@given(later=SPAN, base=SPAN, scale=st.sampled_from((1, 90, 100)))
def test_members_of_a_ratio_sum_to_the_whole(
    later: list[Month], base: list[Month], scale: int
) -> None:
    def value(some: list[Month]) -> Fraction | None:
        sums = [tuple(sum(pair[n] for pair in m.values()) for n in (0, 1)) for m in some]
        ratios = [Fraction(scale * above) / below for above, below in sums if below]
        return sum(ratios, Fraction()) / len(ratios) if ratios else None

    now, was = value(later), value(base)
    effects = of_ratio(later, base, scale)
    if now is None or was is None:
        assert effects == {}
        return
    assert sum(changes(effects).values()) == now - was
    told = terms(effects.values(), now - was)
    assert told.numerator + told.denominator + told.unexplained == rounded(now - was)
    assert told.unexplained == 0
