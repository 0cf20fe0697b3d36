"""Walks numbered pages, so that rows which move between pages meanwhile are not missed."""

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any, TypeVar

from connectors.kit.errors import RetryLater

Rows = Sequence[Any]
Fetch = Callable[[int], Rows]
Sized = Callable[[int, int], Rows]
"""Fetches the page of this number where pages have so many rows."""

_T = TypeVar("_T")
_LEAST = 5
"""A server that is too slow for so few rows is not helped by asking for less."""


def chunks(whole: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """A long list in parts, such as so many ids as an address can hold."""
    return (whole[start : start + size] for start in range(0, len(whole), size))


def forwards(fetch: Fetch, *, what: str, first: int = 1) -> Iterator[Rows]:
    """Yield each page from the first to an empty one, of a list that is short or only grows.

    An empty page alone ends the walk: servers shorten pages for rights and drop "next" links early.
    A page equal to the one before it means that the server ignores the page number.
    """
    number, before = first, None
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


def newest_first(fetch: Sized, *, what: str, full: int, shared: int = 10) -> Iterator[Rows]:
    """Yield pages of a list in the order of the last change, the latest first, until one is empty.

    A row that changes meanwhile comes to the front and moves others back, so that they come twice.
    A row that is deleted moves others forward, perhaps to a page that was read already: so each
    page begins with the last rows of the one before, which by size and number is nearly always to
    be had. If it has none of them, more were deleted than they are, and the walk ends in an error.

    Args:
        full: how many rows a page has at most.
        shared: how many rows each page has in common with the one before, at least.
    """
    read = 0
    tail: Rows = ()
    while True:
        number, size = farthest(max(read - shared, 0), full)
        try:
            rows = fetch(number, size)
        except RetryLater as error:
            if not _is_slow(error) or full <= 4 * shared:
                raise
            full //= 2
            continue
        rows = rows or fetch(number, size)  # once more, before the end is believed
        if not rows:
            return
        if tail and not any(row in rows for row in tail):
            raise RetryLater(f"{what}: page {number} does not go on where the last one ended")
        yield rows
        read, tail = number * size, rows[-shared:]


def in_parts(fetch: Sized, *, full: int, from_end: bool) -> Fetch:
    """Pages of `full` rows, asked for in parts once the server is too slow for whole ones.

    Args:
        from_end: ask for the last part of a page first, as `backwards` walks: what moves forward
            meanwhile is then read later, and not missed; as `forwards` does, if not.
    """
    size = full

    def page(number: int) -> Rows:
        nonlocal size
        while True:
            parts = range(number * full // size, (number - 1) * full // size, -1)
            try:
                asked = {part: fetch(part, size) for part in (parts if from_end else parts[::-1])}
            except RetryLater as error:
                if not _is_slow(error) or size <= _LEAST:
                    raise
                size //= 2 if size % 2 == 0 else 5
                continue
            return [row for part in sorted(asked) for row in asked[part]]

    return page


def insisting(fetch: Fetch, *, full: int, is_whole: bool) -> Fetch:
    """Ask once more before an empty page is believed, where rows were to be expected.

    A gateway that answers for a busy server now and then says that there is nothing. Believed, it
    would end a walk early, and nobody would ask for the rest again.

    Args:
        full: how many rows a full page has.
        is_whole: the walk reads all there is, so that an empty first page is doubted too; in a
            window of time it is the usual answer. Behind a first page that is not full nothing is.
    """
    is_long = True

    def page(number: int) -> Rows:
        nonlocal is_long
        rows = fetch(number)
        if number == 1:
            is_long = len(rows) >= full
        is_doubted = is_whole if number == 1 else is_long
        return fetch(number) if is_doubted and not rows else rows

    return page


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


def _is_slow(error: RetryLater) -> bool:
    """Whether the gateway gave up waiting for the server: it may manage less at once."""
    return error.status == 504


def farthest(begin: int, full: int) -> tuple[int, int]:
    """Number and size of the page that begins no later than there and reaches farthest."""
    sizes = range(full // 2 + 1, full + 1)
    return max(((begin // size + 1, size) for size in sizes), key=prod)
