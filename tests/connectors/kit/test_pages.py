"""Walking numbered pages, also while their rows move."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.errors import RetryLater
from connectors.kit.pages import backwards, forwards, in_parts, newest_first

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


@given(st.integers(0, 400), st.integers(0, 5), st.data())
def test_newest_first_hides_no_row_that_others_leave_or_jump_over(
    count: int, restless: int, data: st.DataObject
) -> None:
    """Between any two requests some rows are deleted, and some change and come to the front."""
    shown = list(range(count))
    untouched = set(shown)

    def fetch(page: int, size: int) -> list[int]:
        for _ in range(restless if shown else 0):
            row = shown.pop(data.draw(st.integers(0, len(shown) - 1)))
            untouched.discard(row)
            if data.draw(st.booleans()):
                shown.insert(0, row + 1_000)
            if not shown:
                break
        return shown[(page - 1) * size : page * size]

    pages = newest_first(fetch, what="deals", full=50, shared=10)
    assert untouched <= {row for page in pages for row in page}


def test_newest_first_reads_fifty_thousand_rows_in_little_more_than_their_pages() -> None:
    rows, asked = range(50_000), []

    def fetch(page: int, size: int) -> range:
        asked.append(size)
        return rows[(page - 1) * size : page * size]

    seen = {row for page in newest_first(fetch, what="deals", full=250) for row in page}
    assert seen == set(rows)
    assert max(asked) == 250
    assert len(asked) < 50_000 / 250 * 1.2


def test_newest_first_more_deleted_rows_than_pages_share_end_the_walk() -> None:
    shown = list(range(100))

    def fetch(page: int, size: int) -> list[int]:
        found = shown[(page - 1) * size : page * size]
        del shown[:30]
        return found

    with pytest.raises(RetryLater, match="does not go on where the last one ended"):
        list(newest_first(fetch, what="deals", full=50, shared=10))


def test_newest_first_asks_for_less_where_the_gateway_gives_up() -> None:
    rows = range(500)

    def fetch(page: int, size: int) -> range:
        if size > 130:
            raise RetryLater("slow", status=504)
        return rows[(page - 1) * size : page * size]

    seen = {row for page in newest_first(fetch, what="deals", full=250) for row in page}
    assert seen == set(rows)


@given(
    st.integers(0, 1_200), st.sampled_from([250, 100, 10]), st.sampled_from([1, 5, 30, 125]),
    st.booleans(),
)  # fmt: skip
def test_a_page_in_parts_is_the_same_page(count: int, full: int, most: int, from_end: bool) -> None:
    rows = range(count)

    def fetch(page: int, size: int) -> range:
        if size > max(most, 5):
            raise RetryLater("slow", status=504)
        return rows[(page - 1) * size : page * size]

    page = in_parts(fetch, full=full, from_end=from_end)
    for number in range(count // full + 2, 0, -1):
        assert list(page(number)) == list(rows[(number - 1) * full : number * full])


@given(st.integers(1, 400), st.data())
def test_in_parts_too_a_lost_row_hides_no_other(count: int, data: st.DataObject) -> None:
    shown = list(range(count))

    def fetch(page: int, size: int) -> list[int]:
        if shown and data.draw(st.booleans()):
            shown.pop(data.draw(st.integers(0, len(shown) - 1)))
        if size > 25:
            raise RetryLater("slow", status=504)
        return shown[(page - 1) * size : page * size]

    asked = in_parts(fetch, full=100, from_end=True)
    seen = {row for _, page in backwards(asked, what="deals", full=100) for row in page}
    assert set(shown) <= seen


@given(st.integers(1, 400), st.sampled_from([25, 100]), st.data())
def test_forwards_a_row_that_comes_anywhere_hides_no_other(
    count: int, most: int, data: st.DataObject
) -> None:
    shown = list(range(count))

    def fetch(page: int, size: int) -> list[int]:
        if data.draw(st.booleans()):
            shown.insert(data.draw(st.integers(0, len(shown))), 1_000 + len(shown))
        if size > most:
            raise RetryLater("slow", status=504)
        return shown[(page - 1) * size : page * size]

    asked = in_parts(fetch, full=100, from_end=False)
    seen = {row for page in forwards(asked, what="events") for row in page}
    assert set(range(count)) <= seen


@pytest.mark.parametrize("status", [500, 503, None])
def test_only_a_gateway_that_gave_up_is_asked_for_less(status: int | None) -> None:
    def fetch(page: int, size: int) -> list[int]:
        raise RetryLater("away", status=status)

    with pytest.raises(RetryLater, match="away"):
        in_parts(fetch, full=250, from_end=True)(1)
    with pytest.raises(RetryLater, match="away"):
        list(newest_first(fetch, what="deals", full=250))


def test_a_gateway_that_gives_up_on_five_rows_is_away() -> None:
    def fetch(page: int, size: int) -> list[int]:
        raise RetryLater(f"slow with {size}", status=504)

    with pytest.raises(RetryLater, match="slow with 5"):
        in_parts(fetch, full=250, from_end=True)(1)
