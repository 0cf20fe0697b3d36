"""Who is whose child: by the KPP of one legal entity, and by what people say."""

from uuid import UUID

import pytest

from kam_sync.matching.family import Office, Tie, Word, family, heads

A, B, C, D = (UUID(int=number) for number in range(1, 5))
INN, OTHER = "7707083893", "7728168971"
HEAD, BRANCH, SECOND = "770701001", "631643001", "526002001"


def office(
    account: UUID, kpp: str, seq: int, *, inn: str = INN, ogrn: str = "", is_deleted: bool = False
) -> Office:
    """An office of the first firm."""
    return Office(account, inn, ogrn, kpp, is_deleted, seq)


@pytest.mark.parametrize(
    ("offices", "expected"),
    [
        ([office(A, BRANCH, 1), office(B, HEAD, 2), office(C, SECOND, 3)], {A: B, C: B}),
        ([office(B, SECOND, 2), office(A, BRANCH, 1)], {B: A}),
        ([office(A, HEAD, 1, is_deleted=True), office(B, "770901001", 2)], {A: B}),
        ([office(A, BRANCH, 1), office(A, HEAD, 2), office(B, SECOND, 3)], {B: A}),
        ([office(A, HEAD, 1), office(B, HEAD, 2, inn=OTHER)], {}),
        ([office(A, HEAD, 1, ogrn="1"), office(B, BRANCH, 2, inn="", ogrn="1")], {B: A}),
        ([], {}),
    ],
    ids=[
        "the KPP says which is the head office", "else the oldest", "one that still is in its CRM",
        "an account of both is the head", "firms are apart", "by the OGRN", "none",
    ],
)  # fmt: skip
def test_branches_are_children_of_the_head_office(
    offices: list[Office], expected: dict[UUID, UUID]
) -> None:
    assert heads(offices) == expected


def test_an_account_of_two_entities_is_the_head_of_both() -> None:
    merged = [
        office(A, HEAD, 1), office(B, BRANCH, 2), office(A, HEAD, 3, inn=OTHER),
        office(C, BRANCH, 4, inn=OTHER), office(D, SECOND, 5, inn=OTHER),
    ]  # fmt: skip
    assert heads(merged) == {B: A, C: A, D: A}


def test_an_account_of_two_entities_is_a_branch_of_the_one_it_had_first() -> None:
    crossed = [
        office(A, BRANCH, 1), office(B, HEAD, 2), office(A, BRANCH, 3, inn=OTHER),
        office(C, HEAD, 4, inn=OTHER),
    ]  # fmt: skip
    assert heads(crossed) == {A: B}


def test_who_was_split_off_a_head_office_is_none_of_its_branches() -> None:
    offices = [office(A, HEAD, 1), office(B, HEAD, 2), office(C, BRANCH, 3), office(B, BRANCH, 4)]
    assert heads(offices) == {C: A}
    assert heads([office(A, HEAD, 1), office(B, BRANCH, 2)]) == {B: A}  # by its own KPP it is one


@pytest.mark.parametrize(
    ("words", "head_of", "expected"),
    [
        ([], {B: A}, {B: Tie(A)}),
        ([Word(1, B, C)], {B: A}, {B: Tie(C, 1)}),
        ([Word(1, B, None)], {B: A}, {}),
        ([Word(1, B, C), Word(2, B, D)], {}, {B: Tie(D, 2)}),
        ([Word(1, A, B), Word(2, B, A)], {}, {B: Tie(A, 2)}),
        ([Word(1, A, A)], {A: B}, {A: Tie(B)}),
        ([Word(1, A, C), Word(2, C, B)], {B: A}, {A: Tie(C, 1), C: Tie(B, 2)}),
    ],
    ids=[
        "an INN",
        "a person is stronger than an INN",
        "also who says none",
        "the latest word",
        "no circle of people's words",
        "no word about itself",
        "no circle through an INN",
    ],
)
def test_each_account_has_one_parent_and_no_circle(
    words: list[Word], head_of: dict[UUID, UUID], expected: dict[UUID, Tie]
) -> None:
    assert family(words, head_of) == expected
