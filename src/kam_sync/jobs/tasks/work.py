"""What the tasks of the queue do; tests put something else in its place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from connectors import Noun
from kam_sync import announcing, delivering, flow, telling, writing
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


class LookAfter(Protocol):
    """Does what flow.look_after_hooks does."""

    def __call__(self, services: Services, source_id: int, /) -> flow.Found: ...


class Compare(Protocol):
    """Does what flow.reconcile does."""

    def __call__(
        self,
        services: Services,
        source_id: int,
        noun: Noun,
        /,
        *,
        watch: flow.LedgerWatch,
        repairs: bool | None = None,
    ) -> flow.Reconciled: ...


class Rematch(Protocol):
    """Does what flow.rematch does."""

    def __call__(
        self, services: Services, by: str, /, *, watch: flow.Matched
    ) -> flow.Rematched: ...


class Announce(Protocol):
    """Does what announcing.announce_all does."""

    def __call__(self, services: Services, /, *, go_on: Callable[[], None]) -> object: ...


class Deliver(Protocol):
    """Does what delivering.deliver does."""

    def __call__(
        self, services: Services, target_id: int, /, *, go_on: Callable[[], None]
    ) -> delivering.Delivered: ...


class Tell(Protocol):
    """Does what telling.tell does, and knows who writes the letters."""

    def __call__(
        self, services: Services, channel_id: int, /, *, go_on: Callable[[], None]
    ) -> telling.Told: ...


@dataclass(frozen=True, slots=True)
class Work:
    """What the tasks do."""

    sync: Sync = flow.sync
    measure: Measure = flow.measure
    write: WriteBack = writing.write
    hear: Hear = flow.hear
    look_after: LookAfter = flow.look_after_hooks
    compare: Compare = flow.reconcile
    rematch: Rematch = flow.rematch
    announce: Announce = announcing.announce_all
    deliver: Deliver = delivering.deliver
    tell: Tell = telling.keep
    """Whoever starts a worker gives it who writes the letters."""
