"""So many alerts a week a person is told at once; what is more than that waits for the digest."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change of an alert that somebody may be told."""

    change_id: int
    alert_id: UUID
    rank: float
    is_end: bool = False
    """It tells that the alert is over."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a receiver has been told."""

    known: Collection[UUID] = ()
    """The alerts that were pushed to it, whenever that was."""
    this_week: int = 0
    """How many of them were pushed for the first time since Monday."""


@dataclass(frozen=True, slots=True)
class Split:
    """What becomes of candidates: each is in one of the two."""

    pushed: tuple[Candidate, ...]
    digest: tuple[Candidate, ...]


def split(candidates: Sequence[Candidate], told: Told, budget: int) -> Split:
    """Who is pushed now and who waits for the digest, the gravest first.

    The first news of an alert costs one of the budget; what follows of it (it came back, it is
    over) costs nothing. The end of an alert that nobody was pushed waits with it.
    """
    known, left = set(told.known), budget - told.this_week
    pushed, digest = [], []
    for one in sorted(candidates, key=lambda c: (c.is_end, -c.rank, c.change_id)):
        costs = one.alert_id not in known
        if costs and (one.is_end or left <= 0):
            digest.append(one)
            continue
        pushed.append(one)
        if costs:
            known.add(one.alert_id)
            left -= 1
    return Split(tuple(pushed), tuple(digest))
