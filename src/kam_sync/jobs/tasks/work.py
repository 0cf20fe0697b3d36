"""What the tasks of the queue do; tests put something else in its place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kam_sync import announcing, delivering, flow, writing
from kam_sync.wiring import Services


class Sync(Protocol):
    """Does what flow.sync does."""

    def __call__(
        self, services: Services, source_id: int, /, *, watch: flow.Watch, full: bool = False
    ) -> flow.SyncResult: ...


class Measure(Protocol):
    """Does what flow.measure does."""

    def __call__(self, services: Services, /) -> object: ...


class WriteBack(Protocol):
    """Does what writing.write does."""

    def __call__(self, services: Services, source_id: int, /) -> writing.WriteResult: ...


class Hear(Protocol):
    """Does what flow.hear does."""

    def __call__(
        self, services: Services, source_id: int, /, *, go_on: Callable[[], None]
    ) -> flow.HearingResult: ...


class Announce(Protocol):
    """Does what announcing.announce_all does."""

    def __call__(self, services: Services, /, *, go_on: Callable[[], None]) -> object: ...


class Deliver(Protocol):
    """Does what delivering.deliver does."""

    def __call__(
        self, services: Services, target_id: int, /, *, go_on: Callable[[], None]
    ) -> delivering.Delivered: ...


@dataclass(frozen=True, slots=True)
class Work:
    """What the tasks do."""

    sync: Sync = flow.sync
    measure: Measure = flow.measure
    write: WriteBack = writing.write
    hear: Hear = flow.hear
    announce: Announce = announcing.announce_all
    deliver: Deliver = delivering.deliver
