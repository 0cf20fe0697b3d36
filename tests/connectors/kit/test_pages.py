"""Walking numbered pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.errors import RetryLater
from connectors.kit.pages import numbered


@given(st.lists(st.integers(), unique=True), st.integers(min_value=1, max_value=7))
def test_every_row_comes_once_in_order(rows: list[int], size: int) -> None:
    def fetch(page: int) -> list[int]:
        return rows[(page - 1) * size : page * size]

    assert [row for _, page in numbered(fetch, what="deals") for row in page] == rows


def test_a_server_that_repeats_a_page_is_not_walked_for_ever() -> None:
    with pytest.raises(RetryLater, match="deals: page 2 repeats page 1"):
        list(numbered(lambda _: [1, 2, 3], what="deals"))
