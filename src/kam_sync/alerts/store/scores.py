"""How the alerts of each rule did: how many, what they turned out to be, how soon seen."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kam_sync.base.db import Session

_SCORES = sa.text("""
    SELECT a.rule, count(*),
        count(*) FILTER (WHERE a.outcome = 'true'),
        count(*) FILTER (WHERE a.outcome = 'false'),
        count(*) FILTER (WHERE a.outcome = 'known'),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(a.opened_at AS date) - a.since),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM f.at - a.opened_at) / 3600)
    FROM alert a LEFT JOIN LATERAL (
        SELECT min(c.at) AS at FROM alert_change c WHERE c.alert_id = a.id AND c.by <> ''
    ) f ON true
    WHERE a.opened_at >= :since AND a.state <> 'pending' GROUP BY a.rule
""")

_MONTHS = sa.text("""
    SELECT CAST(date_trunc('month', opened_at AT TIME ZONE :zone) AS date), count(*),
        count(*) FILTER (WHERE outcome = 'true'),
        count(*) FILTER (WHERE outcome = 'false'),
        count(*) FILTER (WHERE outcome = 'known')
    FROM alert WHERE rule = :rule AND opened_at >= :since AND state <> 'pending' GROUP BY 1
""")


@dataclass(frozen=True, slots=True)
class OfMonth:
    """The alerts of a rule that were opened in one month."""

    on: date
    opened: int = 0
    true: int = 0
    false: int = 0
    known: int = 0

    @property
    def unsaid(self) -> int:
        """Of how many nobody has said yet what they were."""
        return self.opened - self.true - self.false - self.known


@dataclass(frozen=True, slots=True)
class Score:
    """The alerts of a rule."""

    opened: int
    true: int
    """There was something to do."""
    false: int
    known: int
    """It was so, and no news."""
    found_after_days: float | None
    """The median from the first day of the drift to the alert."""
    answered_after_hours: float | None
    """The median from the alert to the first thing somebody did; None where nobody did."""

    @property
    def precision(self) -> float | None:
        """The share of true ones among those of which somebody said it; 0 to 1."""
        said = self.true + self.false
        return self.true / said if said else None


class ScoreStore:
    """Reads how rules did."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_rule(self, since: datetime) -> dict[str, Score]:
        """Of the alerts that were opened since a moment, by the key of the rule."""
        found = self._session.execute(_SCORES, {"since": since})
        return {rule: Score(*counts) for rule, *counts in found}

    def by_month(self, rule: str, since: datetime, zone: ZoneInfo) -> dict[date, OfMonth]:
        """Those of one rule since a moment, by the first day of the month."""
        asked = {"rule": rule, "since": since, "zone": zone.key}
        return {row[0]: OfMonth(*row) for row in self._session.execute(_MONTHS, asked)}
