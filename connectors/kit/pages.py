"""Walks numbered pages, so that rows which move between pages meanwhile are not missed."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from connectors.kit.errors import RetryLater

Rows = Sequence[Any]
Fetch = Callable[[int], Rows]


def forwards(fetch: Fetch, *, what: str) -> Iterator[Rows]:
    """Yield each page of a short list, from the first to an empty one.

    An empty page alone ends the walk: servers shorten pages for rights and drop "next" links early.
    A page equal to the one before it means that the server ignores the page number.
    """
    number, before = 1, None
    while rows := fetch(number):
        _refuse_repeat(what, number, rows, before)
        yield rows
        before, number = rows, number + 1


def backwards(
    fetch: Fetch, *, what: str, full: int, last: int | None = None
) -> Iterator[tuple[int, Rows]]:
    """Yield (number, rows) from the last page down to the first.

    For a list in the order of ids that can only lose rows, or gain them behind its end, while it is
    walked: what is lost moves the rows behind it forward, to pages that are read later. Walked from
    the front the same loss would hide a row on a page that was read already. Not covered: a row
    that comes back from the CRM's bin in the middle of the walk.

    Args:
        full: how many rows a full page has.
        last: the page to begin at; found by trying when it is not known.
    """
    if last is None:
        last, rows = _last_page(fetch, what)
        if last == 1 and len(rows) < full:  # the usual case of a few changes needs no second look
            yield 1, rows
            return
        del rows
    for number in range(last, 0, -1):
        yield number, fetch(number)


def _last_page(fetch: Fetch, what: str) -> tuple[int, Rows]:
    """The last page that has rows, by doubling and halving; 0 when the list is empty."""
    first = fetch(1)
    if not first:
        return 0, first
    known, rows = 1, first
    while rows := fetch(known * 2):
        if known == 1:
            _refuse_repeat(what, 2, rows, first)
        known *= 2
    empty = known * 2
    while empty - known > 1:
        middle = (known + empty) // 2
        if fetch(middle):
            known = middle
        else:
            empty = middle
    return known, first


def _refuse_repeat(what: str, number: int, rows: Rows, before: Rows | None) -> None:
    if rows == before:
        raise RetryLater(
            f"{what}: page {number} repeats page {number - 1}; the server does not page"
        )
