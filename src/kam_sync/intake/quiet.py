"""Says whether webhooks come as they should: what polling found that none of them told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW = timedelta(days=1)
SETTLES = timedelta(hours=1)
"""What polling finds so soon after a subscription was made may have happened before it."""
_LEAST = 10
_MOST_PERCENT = 50


class Why(StrEnum):
    """In which way webhooks are quiet."""

    SILENT = "silent"
    """None comes any more."""
    LOSSY = "lossy"
    """Some come, and many do not."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Records that changed, since we began to count and at most a day ago."""

    lost: int = 0
    """How many polling found and no webhook named, though all that was late has come."""
    announced: int = 0
    """How many webhooks named."""
    lost_from: datetime | None = None
    """When polling found the first of the lost ones."""
    lost_lately: int = 0
    """How many were lost since the last webhook, however long ago that was."""
    silent_from: datetime | None = None
    """When polling found the first of these: since when they are dead, if they are."""

    @property
    def changes(self) -> int:
        """How many changed in all."""
        return self.lost + self.announced


@dataclass(frozen=True, slots=True)
class Quiet:
    """Webhooks are quiet: in which way, and since when."""

    why: Why
    since: datetime


def judge(seen: Seen) -> Quiet | None:
    """Whether webhooks are quiet; None when they are not, or too little has happened to say.

    Silence is seen by what was lost since the last of them; so a busy day before hides nothing. Of
    what comes with losses the share counts.
    """
    if seen.lost_lately >= _LEAST and seen.silent_from is not None:
        return Quiet(Why.SILENT, seen.silent_from)
    is_much = 100 * seen.lost > _MOST_PERCENT * seen.changes
    if seen.lost >= _LEAST and is_much and seen.lost_from is not None:
        return Quiet(Why.LOSSY, seen.silent_from or seen.lost_from)
    return None


def is_over(why: Why, seen: Seen) -> bool:
    """Whether webhooks that were quiet come again, by what was seen since we tried to mend it."""
    if seen.lost_lately or not seen.announced:
        return False
    if why is Why.SILENT:
        return True
    return seen.changes >= _LEAST and judge(seen) is None
