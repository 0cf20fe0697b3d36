"""A catalog that changes while it is walked through is read to its end, and no row is lost."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit.errors import RetryLater
from connectors.onec.odata import Odata, Row
from connectors.onec.profiles import Table
from connectors.onec.walks import by_key

_CATALOG = Table("Catalog_Контрагенты")
_DEED = st.tuples(st.booleans(), st.integers(0, 99))


class _Catalog(Odata):
    """Keys of a catalog, and what happens after each request."""

    def __init__(
        self, keys: Sequence[int], size: int, then: Callable[[set[int], int], None]
    ) -> None:
        self.keys, self.asked = set(keys), 0
        self._size, self._then = size, then

    def page(self, table: Table, select: str) -> int:
        return self._size

    def rows(
        self, table: Table, *, where: str = "", order: str = "", select: str = "", top: int = 0,
        skip: int = 0,
    ) -> Sequence[Row]:  # fmt: skip
        found = sorted(self.keys)[skip : skip + top]
        self.asked += 1
        self._then(self.keys, self.asked)
        return [{"Ref_Key": key} for key in found]


def _walked(catalog: _Catalog) -> list[Any]:
    return [row["Ref_Key"] for page in by_key(catalog, _CATALOG) for row in page]


@settings(max_examples=150, database=None, derandomize=True)
@given(
    keys=st.sets(st.integers(0, 99), max_size=40),
    deeds=st.lists(st.lists(_DEED, max_size=6), max_size=20),
    size=st.integers(1, 5),
)
def test_who_is_there_all_the_time_comes_once_whatever_others_do(
    keys: set[int], deeds: list[list[tuple[bool, int]]], size: int
) -> None:
    stays = {key for key in keys if key % 3 == 0}  # and so some of what was read is still there
    always = {*stays, -1}

    def then(there: set[int], asked: int) -> None:
        for is_new, key in deeds[asked - 1] if asked <= len(deeds) else []:
            if is_new:
                there.add(key)
            elif key not in stays:
                there.discard(key)

    found = _walked(_Catalog([*keys, -1], size, then))
    assert always - {*found} == set()
    assert len(found) == len({*found})


def test_rows_that_come_and_go_before_the_place_cost_a_page_and_no_beginning_anew() -> None:
    def insert(there: set[int], asked: int) -> None:
        there.update(range(-3, 0) if asked == 2 else ())

    def delete(there: set[int], asked: int) -> None:
        there.difference_update(range(6) if asked == 2 else ())

    inserting = _Catalog(range(12), 3, insert)
    assert _walked(inserting) == [*range(12)]
    deleting = _Catalog(range(12), 3, delete)
    assert _walked(deleting) == [*range(12)]
    assert (inserting.asked, deleting.asked) == (5, 6)


@pytest.mark.parametrize("left", [[], [*range(50, 99)]])
def test_a_catalog_that_has_none_of_what_was_read_is_no_end_of_it(left: list[int]) -> None:
    def swap(there: set[int], asked: int) -> None:
        if asked == 2:
            there.clear()
            there.update(left)

    with pytest.raises(RetryLater, match="does not go on where the last one ended"):
        _walked(_Catalog(range(40), 3, swap))


def test_a_base_that_gives_the_same_page_for_ever_is_left_in_the_end() -> None:
    class Deaf(_Catalog):
        def rows(self, table: Table, **options: Any) -> Sequence[Row]:
            return super().rows(table, **{**options, "skip": 0})

    deaf = Deaf(range(40), 3, lambda _there, _asked: None)
    with pytest.raises(RetryLater, match="a page repeats"):
        _walked(deaf)
    assert deaf.asked == 11
