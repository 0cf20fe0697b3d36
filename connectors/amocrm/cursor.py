"""How far a noun of amoCRM was read."""

from collections.abc import Collection
from datetime import datetime, timedelta

from connectors.kit.reach import ListReach

OVERLAP = timedelta(minutes=30)
"""Rows may show so much later than the time they carry: each pull begins that much earlier."""


class Reach(ListReach):
    """The cursor. In the middle of a walk it also tells where that is, and what it will have read.

    Pages before `page` of the list at `path` are still to come, and all lists behind that one.
    """

    heard: datetime | None = None
    """The log of events was asked up to here what it has about the noun."""
    path: str | None = None
    page: int | None = None
    out: tuple[str, ...] = ()
    """Lists that were left out, for the account did not show them: all of them is to be read."""

    def at(self, path: str | None, page: int | None) -> "Reach":
        """The same walk at another page."""
        return self.model_copy(update={"path": path, "page": page})

    def leaving(self, out: Collection[str]) -> "Reach":
        """The same, with those lists left out."""
        return self.model_copy(update={"out": tuple(sorted(out))})


def arrived(until: datetime, whole: datetime | None = None) -> Reach:
    """A walk up to there has ended; `whole` is when all was read."""
    return Reach(since=until - OVERLAP, heard=until - OVERLAP, whole=whole)


def heard(reach: Reach, until: datetime) -> Reach:
    """The log was asked up to there; the lists themselves were not read."""
    return Reach(since=reach.since, heard=until - OVERLAP, whole=reach.whole or until)


def seconds(at: datetime) -> str:
    """A time as amoCRM counts it."""
    return str(int(at.timestamp()))
