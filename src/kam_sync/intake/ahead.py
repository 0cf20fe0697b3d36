"""Reads an iterator ahead in a thread, so that a page is fetched while another one is stored."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

_T = TypeVar("_T")


class _Reader(Thread, Generic[_T]):
    """Puts the items of an iterable into a queue, then None, or the error that ended it."""

    def __init__(self, items: Iterable[_T], by: int) -> None:
        super().__init__(name="read-ahead", daemon=True)
        self._items = items
        self._stopped = Event()
        self.queue: Queue[tuple[_T] | BaseException | None] = Queue(maxsize=by)

    def run(self) -> None:
        try:
            for item in self._items:
                if not self._put((item,)):
                    return
            self._put(None)
        except BaseException as error:  # noqa: BLE001 - raised again in the reader's thread
            self._put(error)

    def stop(self) -> None:
        """End early: nobody wants what is still to come."""
        self._stopped.set()
        with suppress(Empty):
            while True:
                self.queue.get_nowait()
        self.join(timeout=5)

    def _put(self, item: tuple[_T] | BaseException | None) -> bool:
        while not self._stopped.is_set():
            with suppress(Full):
                self.queue.put(item, timeout=0.1)
                return True
        return False


def ahead(items: Iterable[_T], *, by: int = 2) -> Iterator[_T]:
    """Yield the items in order, up to `by` of them read ahead; errors come where they belong."""
    reader = _Reader(items, by)
    reader.start()
    try:
        while (item := reader.queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item[0]
    finally:
        reader.stop()
