"""Walks numbered pages to their end, and notices a server that never gets there."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from connectors.kit.errors import RetryLater

Rows = Sequence[Any]


def numbered(
    fetch: Callable[[int], Rows], *, what: str, first: int = 1
) -> Iterator[tuple[int, Rows]]:
    """Yield (number, rows) of each page until an empty one.

    An empty page alone ends the walk: servers shorten pages for rights and drop "next" links early.
    A page equal to the one before it means that the server ignores the page number.
    """
    number, before = first, None
    while rows := fetch(number):
        if rows == before:
            raise RetryLater(
                f"{what}: page {number} repeats page {number - 1}; the server does not page"
            )
        yield number, rows
        before, number = rows, number + 1
