"""Walking numbered pages, also while their rows move."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.errors import RetryLater
from connectors.kit.pages import backwards, forwards

ROWS = st.lists(st.integers(), unique=True, max_size=60).map(sorted)
SIZES = st.integers(min_value=1, max_value=7)


@given(ROWS, SIZES)
def test_forwards_every_row_comes_once_in_order(rows: list[int], size: int) -> None:
    def fetch(page: int) -> list[int]:
        return rows[(page - 1) * size : page * size]

    assert [row for page in forwards(fetch, what="deals") for row in page] == rows


@given(ROWS, SIZES)
def test_backwards_every_row_comes_once(rows: list[int], size: int) -> None:
    def fetch(page: int) -> list[int]:
        return rows[(page - 1) * size : page * size]

    pages = list(backwards(fetch, what="deals", full=size))
    assert [row for _, page in reversed(pages) for row in page] == rows
    assert [number for number, _ in pages] == list(range(len(pages), 0, -1))


@given(ROWS, SIZES, st.data())
def test_backwards_a_row_lost_while_the_list_is_walked_hides_no_other(
    rows: list[int], size: int, data: st.DataObject
) -> None:
    """Between any two requests some rows may go and new ones may come behind the end."""
    shown = list(rows)

    def fetch(page: int) -> list[int]:
        for _ in range(data.draw(st.integers(0, 3))):
            if shown and data.draw(st.booleans()):
                shown.pop(data.draw(st.integers(0, len(shown) - 1)))
            else:
                shown.append(max([*shown, *rows, 0]) + 1)
        return shown[(page - 1) * size : page * size]

    seen = {row for _, page in backwards(fetch, what="deals", full=size) for row in page}
    assert {row for row in rows if row in shown} <= seen


@given(ROWS, SIZES)
def test_backwards_a_walk_goes_on_where_it_was_stopped(rows: list[int], size: int) -> None:
    def fetch(page: int) -> list[int]:
        return rows[(page - 1) * size : page * size]

    pages = list(backwards(fetch, what="deals", full=size))
    for kept, (number, _) in enumerate(pages, 1):
        rest = list(backwards(fetch, what="deals", full=size, last=number - 1))
        assert pages[:kept] + rest == pages


def test_few_rows_cost_two_requests_and_none_cost_one() -> None:
    asked: list[int] = []

    def fetch(rows: list[int], page: int) -> list[int]:
        asked.append(page)
        return rows if page == 1 else []

    assert list(backwards(lambda page: fetch([5], page), what="deals", full=250)) == [(1, [5])]
    assert asked == [1, 2]
    assert list(backwards(lambda page: fetch([], page), what="deals", full=250)) == []
    assert asked == [1, 2, 1]


def test_a_server_that_repeats_a_page_is_not_walked_for_ever() -> None:
    with pytest.raises(RetryLater, match="deals: page 2 repeats page 1"):
        list(forwards(lambda _: [1, 2, 3], what="deals"))
    with pytest.raises(RetryLater, match="deals: page 2 repeats page 1"):
        list(backwards(lambda _: [1, 2, 3], what="deals", full=3))
