"""Walks a list page by page, so that rows which are added or deleted meanwhile hide no other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.kit.errors import NoRights, RetryLater
from connectors.kit.pages import farthest
from connectors.profiled.asking import Answered, Asking

Key = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Place:
    """How far a list was walked: rows that were passed and the last of them, or what comes next."""

    read: int = 0
    tail: tuple[str, ...] = ()
    next: str | None = None
    size: int | None = None
    """How many rows the CRM gives at once, where that is less than was asked for."""


@dataclass(frozen=True, slots=True)
class Step:
    """The rows of one page that are new, and how far that is."""

    rows: Sequence[Any]
    place: Place
    answered: Answered


def walk(asking: Asking, key: Key, place: Place | None) -> Iterator[Step]:
    """The pages of a list from a place on, to its end."""
    kind = asking.style.paging.kind
    if kind in {"page", "offset"}:
        return _Numbered(asking, key).walk(place)
    if kind == "none":
        return _once(asking)
    return _linked(asking, place)


def _once(asking: Asking) -> Iterator[Step]:
    answered = asking.page()
    yield Step(answered.rows, Place(), answered)


def _linked(asking: Asking, place: Place | None) -> Iterator[Step]:
    """Each page tells where the next one is; the CRM sees to it that nothing is missed."""
    size, following = asking.style.paging.size, place.next if place else None
    try:
        answered = asking.page(size=size, cursor=following)
    except NoRights:
        if following is None:
            raise
        answered = asking.page(size=size)  # an old place that the CRM has forgotten
    while True:
        yield Step(answered.rows, Place(next=answered.next), answered)
        if answered.next is None:
            return
        before = answered
        answered = asking.page(size=size, cursor=before.next)
        if answered.rows and answered.rows == before.rows:
            raise RetryLater(f"{asking.what}: a page repeats the one before; it does not page")
        if not answered.rows and answered.next == before.next:
            return


class _Numbered:
    """Pages by number or offset. Each begins with the last rows of the one before: a row that was
    deleted has moved others forward, perhaps to a page that was read already."""

    def __init__(self, asking: Asking, key: Key) -> None:
        self._asking = asking
        self._key = key
        self._paging = asking.style.paging
        self._size = self._paging.size

    @property
    def _overlap(self) -> int:
        return min(self._paging.overlap, self._size // 2)

    def walk(self, place: Place | None) -> Iterator[Step]:
        """The pages from a place on; from the first one where the place is not found again."""
        read, tail = (place.read, place.tail) if place else (0, ())
        self._size = (place and place.size) or self._size
        known: frozenset[str] = frozenset(tail)
        is_old = bool(tail)
        while True:
            start, number, size = self._where(max(read - self._overlap, 0))
            answered = self._ask(start, number, size)
            keys = [self._key(row) for row in answered.rows]
            if tail and not set(tail).intersection(keys):
                if not is_old:
                    said = f"{self._asking.what}: a page does not go on where the last one ended"
                    raise RetryLater(said)
                read, tail, known, is_old = 0, (), frozenset(), False
                continue
            is_old = False
            fresh = [row for row, one in zip(answered.rows, keys, strict=True) if one not in known]
            if keys and not fresh and len(keys) >= size:
                said = f"{self._asking.what}: a page repeats the one before; it does not page"
                raise RetryLater(said)
            read, is_last = self._after(start, number, size, len(keys))
            tail = tuple(keys[-self._overlap :]) if self._overlap else ()
            known = frozenset(keys)
            if fresh:
                yield Step(fresh, Place(read, tail, size=self._size), answered)
            if is_last:
                return

    def _where(self, begin: int) -> tuple[int, int, int]:
        """Where to ask for a page that begins no later than there: its start, number and size."""
        if self._paging.kind == "offset":
            return begin, 0, self._size
        number, size = farthest(begin, self._size)
        return (number - 1) * size, number, size

    def _ask(self, start: int, number: int, size: int) -> Answered:
        if self._paging.kind == "offset":
            return self._asking.page(size=size, offset=start)
        return self._asking.page(page=number - 1 + self._paging.first, size=size)

    def _after(self, start: int, number: int, size: int, got: int) -> tuple[int, bool]:
        """How many rows are passed after a page, and whether it was the last one.

        Only an empty page is the end: some servers shorten pages, or give less than was asked for.
        """
        if got >= size:
            return start + got, False
        passed = start + got
        if got == 0 or self._paging.stop == "short":
            return passed, True
        if not self._ask(passed, number + 1, size).rows:
            return passed, True
        if self._paging.kind == "page" and start == 0:
            self._size = got  # the CRM gives no more at once
            return passed, False
        return (passed if self._paging.kind == "offset" else start + size), False
