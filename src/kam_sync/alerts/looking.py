"""Words of a look at all alerts: what it found of each before that is kept, and the house."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from kam_sync.alerts.causes import Part, about
from kam_sync.alerts.life import Life, Turn
from kam_sync.alerts.model import Alert, Facts
from kam_sync.alerts.stakes import Matter


@dataclass(frozen=True, slots=True)
class House:
    """What the house counts in."""

    zone: ZoneInfo
    currency: str = ""
    """Empty: each account has its own."""


@dataclass(frozen=True, slots=True)
class Looked:
    """An alert after a look at its matter."""

    alert: Alert
    """As it was before."""
    life: Life
    turns: Sequence[Turn]
    facts: Facts | None = None
    """None where nothing new is known."""

    @property
    def id(self) -> UUID:
        """Which one."""
        return self.alert.id

    @property
    def part(self) -> Part:
        """What it may be a part of."""
        what = about(self.alert.kpi, self.alert.kind)
        return Part(self.id, self.alert.account_id, what, self.life.state)

    @property
    def matter(self) -> Matter:
        """What it says now."""
        said = self.facts or self.alert
        return Matter(
            said.observed, said.expected, said.unit, self.alert.kind, self.life.badness, said.grain
        )
