"""Accounts out of pairs: one wrong link never pulls two customers into one."""

from math import inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_sync.matching.grouping import IN_CRM, Company, Pair, group, unclear

A, B, C, D = (1, "a"), (1, "b"), (2, "c"), (2, "d")
_ALL = (A, B, C, D)


def test_pairs_make_a_chain() -> None:
    found = group(_ALL, {(A, B): 6.0, (B, C): 5.5})
    assert set(found.members.values()) == {frozenset((A, B, C)), frozenset((D,))}
    assert not found.doubtful


def test_the_weakest_link_between_two_numbers_is_not_joined() -> None:
    found = group(_ALL, {(A, B): 9.0, (B, C): 5.0, (C, D): 9.0}, identity={A: "1", D: "2"})
    assert set(found.members.values()) == {frozenset((A, B)), frozenset((C, D))}
    assert found.doubtful == {(B, C)}


def test_what_fits_two_numbers_alike_is_asked() -> None:
    found = group((A, B, C), {(A, C): 6.0, (B, C): 5.5}, identity={A: "1", B: "2"})
    assert found.doubtful == {(A, C), (B, C)}
    clear = group((A, B, C), {(A, C): 9.0, (B, C): 5.5}, identity={A: "1", B: "2"})
    assert clear.members[C] == {A, C}


def test_branches_of_one_whom_the_crm_has_joined_stay_where_they_are() -> None:
    found = group((A, B, C), {(A, B): 6.0, (A, C): IN_CRM}, branches=[(B, C)])
    assert found.members[A] == {A, B, C}


def test_who_is_held_apart_stays_apart_through_others() -> None:
    found = group(_ALL, {(A, B): 9.0, (B, C): 8.0}, apart=[(A, C)])
    assert found.members[B] == {A, B}
    assert found.doubtful == {(B, C)}


def test_a_person_may_join_two_numbers() -> None:
    found = group((A, B), {(A, B): inf}, identity={A: "1", B: "2"})
    assert found.members[A] == {A, B}


def test_what_fits_two_numbers_that_a_person_has_joined_is_not_torn() -> None:
    numbers = {A: "1", B: "2", C: "3"}
    same = {(A, B): inf, (A, D): 6.0, (B, D): 5.5}
    assert group(_ALL, same, identity=numbers).members[D] == {A, B, D}
    torn = group(_ALL, same | {(C, D): 5.5}, identity=numbers)
    assert torn.members[D] == {D}


def test_a_person_parts_what_the_crm_has_merged_and_not_the_other_way_round() -> None:
    merged = {(A, B): IN_CRM, (B, C): IN_CRM}
    assert group(_ALL, merged, identity={A: "1", B: "2"}).members[A] == {A, B, C}
    found = group(_ALL, merged | {(A, D): inf}, apart=[(B, D)])
    assert set(found.members.values()) == {frozenset((A, D)), frozenset((B, C))}


@pytest.mark.parametrize(
    ("branches", "twice", "deleted", "expected"),
    [
        ([], [(A, B)], [], {(B, C), (B, D), (A, D), (C, D)}),
        ([(A, B)], [], [], {(A, C), (B, C), (A, D), (B, D), (C, D)}),
        ([], [(A, B)], [B], {(B, C), (B, D)}),
        ([(A, B)], [], [B], {(B, C), (B, D)}),
        ([], [], [], set()),
    ],
    ids=[
        "who came with a second card or later", "all where there are branches",
        "a second card that is deleted", "a branch that is deleted", "none",
    ],
)  # fmt: skip
def test_what_was_one_before_a_second_card_came_stays_one(
    branches: list[Pair], twice: list[Pair], deleted: list[Company], expected: set[Pair]
) -> None:
    """A and C were there, then came B, a second card for A, then D."""
    found = unclear(
        [(A, C), (B, C), (A, D), (B, D), (C, D)], branches=branches, twice=twice,
        identity=dict.fromkeys(_ALL, "1"), seq={A: 1, C: 2, B: 3, D: 4}, deleted=set(deleted),
    )  # fmt: skip
    assert found == expected


_PAIRS = [(one, other) for one in _ALL for other in _ALL if one < other]
_SAME = st.dictionaries(st.sampled_from(_PAIRS), st.sampled_from([5.0, 6.0, 7.5, 9.0]))
_APART = st.lists(st.sampled_from(_PAIRS), max_size=2)
_INNS = st.dictionaries(st.sampled_from(_ALL), st.sampled_from("12"))


@given(_SAME, _APART, _INNS, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_no_group_has_two_numbers(
    same: dict[Pair, float], apart: list[Pair], inns: dict[Company, str], rng: Random
) -> None:
    found = group(_ALL, same, apart=apart, identity=inns)
    mixed, others = list(same.items()), list(_ALL)
    rng.shuffle(mixed)
    rng.shuffle(others)
    assert group(others, dict(mixed), apart=apart[::-1], identity=inns) == found
    for members in found.members.values():
        assert len({inns[one] for one in members if one in inns}) <= 1
        assert not any({one, other} <= members for one, other in apart)
