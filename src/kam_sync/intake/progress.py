"""Words of progress: how far the pulls of one kind of record of a source have come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors import ErrorKind
from kam_sync.intake.model import NounEnd, RunState


@dataclass(frozen=True, slots=True)
class NounProgress:
    """How one kind of record of a source was pulled last, and since when we have it all."""

    noun: str
    began_at: datetime
    """When its newest run began."""
    ended_at: datetime | None
    """None while it runs."""
    state: RunState
    error_kind: ErrorKind
    message: str
    counts: Mapping[str, Any]
    """Those of NounCounts, so far when it runs."""
    last_good_at: datetime | None
    """When a run that succeeded began, so that we have all that had changed before."""
    loaded_at: datetime | None
    """When the first load was done; None while it is not."""

    @property
    def end(self) -> NounEnd:
        """How its newest run ended, or stands."""
        return NounEnd(self.state, self.message, self.error_kind)

    @property
    def is_failing(self) -> bool:
        """Whether something is to be mended, or waited for."""
        return self.state in {RunState.FAILED, RunState.LATER} and not self.end.is_not_offered

    def lag(self, now: datetime) -> timedelta | None:
        """How old what we have may be; None before the first run that succeeded."""
        return None if self.last_good_at is None else now - self.last_good_at


@dataclass(frozen=True, slots=True)
class PastSync:
    """One sync of a source as a whole, with what it did to all kinds of records together."""

    began_at: datetime
    ended_at: datetime | None
    state: RunState
    error_kind: ErrorKind
    message: str
    read: int
    created: int
    updated: int
    deleted: int
    rejected: int

    @property
    def took(self) -> timedelta | None:
        """How long it went on; None while it does."""
        return None if self.ended_at is None else self.ended_at - self.began_at
