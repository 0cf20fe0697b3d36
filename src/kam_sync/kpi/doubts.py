"""Which values may be wrong because their inputs are not all here."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

PATIENCE = timedelta(hours=36)
"""A source that was read so lately is not stale: who reads once a night is in time."""


class Doubt(StrEnum):
    """Why not all may be here that a source has of a noun."""

    LOADING = "loading"
    """It was never read to its end."""
    HELD = "held"
    """Deletions wait for a person: what is gone in the CRM still counts."""
    STALE = "stale"
    """It was not read for too long."""


@dataclass(frozen=True, slots=True)
class Input:
    """What a source that is pulled has of a noun, and how far we have it."""

    source_id: int
    noun: str
    is_loaded: bool
    is_held: bool
    known_until: datetime | None
    """When the newest reading began that succeeded."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """An input that was not to be relied on when KPIs were measured last."""

    source: str
    """The name of the source."""
    noun: str
    why: Doubt
    known_until: datetime | None
    """When its newest reading began that succeeded."""

    def is_about(self, last_day: date) -> bool:
        """Whether a value may be wrong by it, whose period ends with that day."""
        return self.why is not Doubt.STALE or (
            self.known_until is None or last_day >= self.known_until.date()
        )


def doubt(given: Input, now: datetime) -> Doubt | None:
    """Whether, and why, an input is not to be relied on; the strongest reason alone."""
    if not given.is_loaded:
        return Doubt.LOADING
    if given.is_held:
        return Doubt.HELD
    is_stale = given.known_until is None or now - given.known_until > PATIENCE
    return Doubt.STALE if is_stale else None
