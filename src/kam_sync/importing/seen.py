"""Which keys came in an import, in 32 to 64 bytes each, for there may be a million of them."""

from array import array
from hashlib import blake2b

_FIRST = 1 << 12
_LOW = (1 << 32) - 1


class Seen:
    """Key -> two numbers: a hash table of plain numbers, a tenth of what a dict would take."""

    def __init__(self) -> None:
        self._count = 0
        self._keys, self._values = _room(_FIRST)

    def first(self, key: str, number: int, content: int = 0) -> tuple[int, int] | None:
        """The numbers that came with a key first; None when these are the first."""
        if self._count * 2 >= len(self._keys):
            self._grow()
        mark = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") or 1
        place = self._place(mark)
        if self._keys[place]:
            found = self._values[place]
            return found >> 32, found & _LOW
        self._keys[place] = mark
        self._values[place] = (number & _LOW) << 32 | content & _LOW
        self._count += 1
        return None

    def again(self, key: str) -> int:
        """How often a key has come, this time among them."""
        found = self.first(key, 1)
        if found is None:
            return 1
        mark = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") or 1
        self._values[self._place(mark)] = (found[0] + 1) << 32
        return found[0] + 1

    def _place(self, mark: int) -> int:
        """Where a mark is, or would be."""
        most = len(self._keys) - 1
        place = mark & most
        while self._keys[place] not in {0, mark}:
            place = place + 1 & most
        return place

    def _grow(self) -> None:
        before = self._keys, self._values
        self._keys, self._values = _room(2 * len(self._keys))
        for mark, value in zip(*before, strict=True):
            if mark:
                place = self._place(mark)
                self._keys[place], self._values[place] = mark, value


def _room(size: int) -> "tuple[array[int], array[int]]":
    return array("Q", bytes(8 * size)), array("Q", bytes(8 * size))
