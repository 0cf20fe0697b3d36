"""In which order those who look after accounts are shown."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

from kam_sync.overseeing.reading import Kam


class KamBy(StrEnum):
    """What they are sorted by."""

    SHARE = "share"
    MAIN = "main"
    SMALLER = "smaller"
    HEALTH = "health"
    ALERTS = "alerts"
    RISK = "risk"
    NAME = "name"


_KEYS: Mapping[KamBy, Callable[[Kam], Any]] = {
    KamBy.SHARE: lambda kam: -kam.share,
    KamBy.MAIN: lambda kam: -kam.load.main,
    KamBy.SMALLER: lambda kam: -kam.load.smaller,
    KamBy.HEALTH: lambda kam: kam.health,
    KamBy.ALERTS: lambda kam: -kam.alerts,
    KamBy.RISK: lambda kam: -kam.at_risk,
    KamBy.NAME: lambda kam: kam.name,
}


def sorted_kams(kams: Iterable[Kam], by: KamBy, *, turned: bool = False) -> list[Kam]:
    """The largest figures, the poorest health and the first names come first, or last if turned
    round; who has no such thing is always last."""
    key = _KEYS[by]
    known: list[Kam] = []
    unknown: list[Kam] = []
    for kam in kams:
        (unknown if key(kam) is None else known).append(kam)
    return sorted(known, key=key, reverse=turned) + unknown
